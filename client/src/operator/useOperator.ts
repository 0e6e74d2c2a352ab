import { createContext, useContext, useState } from 'react';
import { isSignedOut, OperatorSession } from '../session';

interface Operator {
  session: OperatorSession | null;
  /** The server ended the sign-in because the token expired. */
  hasExpired: boolean;
  signIn: (key: string, secret: string) => Promise<void>;
  signOut: () => void;
  /** Call with every error of a request. An invalid token leads back to the sign-in. */
  noticeError: (error: unknown) => void;
}

export function useOperator(): Operator {
  const [session, setSession] = useState(() => OperatorSession.resume());
  const [hasExpired, setExpired] = useState(false);
  const leave = (isExpired: boolean) => {
    session?.signOut();
    setSession(null);
    setExpired(isExpired);
  };
  return {
    session,
    hasExpired,
    signIn: async (key, secret) => setSession(await OperatorSession.signIn(key, secret)),
    signOut: () => leave(false),
    noticeError: (error) => isSignedOut(error) && leave(true),
  };
}

/** For components that make requests as the operator. */
interface OperatorAccess {
  session: OperatorSession;
  noticeError: (error: unknown) => void;
  /** Reads the list again at once, after a change. */
  refresh: () => void;
}

const Context = createContext<OperatorAccess | null>(null);
export const OperatorProvider = Context.Provider;

export function useOperatorAccess(): OperatorAccess {
  const access = useContext(Context);
  if (!access) throw new Error('useOperatorAccess needs an OperatorProvider');
  return access;
}
