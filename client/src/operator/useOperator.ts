import { createContext, useContext, useState } from 'react';
import { isSignedOut, OperatorSession } from '../session';

interface Operator {
  session: OperatorSession | null;
  /** Signed out by the server: the token has run out. */
  hasExpired: boolean;
  signIn: (key: string, secret: string) => Promise<void>;
  signOut: () => void;
  /** Call with whatever a request threw: a token that is no good any more leads back to the sign-in. */
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

/** Requests of everything below the table, and what to do after one of them. */
interface OperatorAccess {
  session: OperatorSession;
  noticeError: (error: unknown) => void;
  /** Something was changed: read the list again now. */
  refresh: () => void;
}

const Context = createContext<OperatorAccess | null>(null);
export const OperatorProvider = Context.Provider;

export function useOperatorAccess(): OperatorAccess {
  const access = useContext(Context);
  if (!access) throw new Error('outside of OperatorProvider');
  return access;
}
