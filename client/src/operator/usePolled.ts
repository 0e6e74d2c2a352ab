import { useCallback, useEffect, useRef, useState } from 'react';

interface Polled<T> {
  value: T | null;
  /** Of the last request, if it failed. */
  error: unknown;
  /** When `value` was read. */
  readAtMs: number;
  refresh: () => void;
}

/** Polls while the page is visible. A failed request keeps the last value. */
export function usePolled<T>(read: () => Promise<T>, everyMs: number, onError: (error: unknown) => void): Polled<T> {
  const [state, setState] = useState<{ value: T | null; error: unknown; readAtMs: number }>({ value: null, error: null, readAtMs: 0 });
  const [round, setRound] = useState(0);
  const latest = useRef({ read, onError });
  latest.current = { read, onError };
  useEffect(() => {
    let isCurrent = true;
    let timer: ReturnType<typeof setTimeout>;
    const poll = async () => {
      try {
        const value = document.hidden ? undefined : await latest.current.read();
        if (isCurrent && value !== undefined) setState({ value, error: null, readAtMs: Date.now() });
      } catch (error) {
        if (isCurrent) setState((before) => ({ ...before, error }));
        if (isCurrent) latest.current.onError(error);
      }
      if (isCurrent) timer = setTimeout(() => void poll(), everyMs);
    };
    void poll();
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [everyMs, round]);
  const refresh = useCallback(() => setRound((before) => before + 1), []);
  return { ...state, refresh };
}
