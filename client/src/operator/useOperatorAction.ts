import { useState } from 'react';
import { useOperatorAccess } from './useOperator';

/** Runs one action at a time and keeps its outcome. */
export function useOperatorAction(): { isBusy: boolean; error: unknown; run: (action: () => Promise<unknown>) => Promise<boolean> } {
  const { noticeError } = useOperatorAccess();
  const [state, setState] = useState<{ isBusy: boolean; error: unknown }>({ isBusy: false, error: null });
  const run = async (action: () => Promise<unknown>): Promise<boolean> => {
    setState({ isBusy: true, error: null });
    try {
      await action();
      setState({ isBusy: false, error: null });
      return true;
    } catch (error) {
      setState({ isBusy: false, error });
      noticeError(error);
      return false;
    }
  };
  return { ...state, run };
}
