import type { StreamRef } from '@lianmai/protocol';
import { useCallback, useEffect, useState } from 'react';
import { useActions } from '../../bindings';

export type SeatableStream = StreamRef & { title: string };

/** A stream that starts while the dialog is open must appear by itself. */
const ASK_EVERY_MS = 3000;

interface SeatableStreams {
  /** null: no answer yet. */
  streams: SeatableStream[] | null;
  error: unknown;
  askAgain: () => void;
}

/** Live streams that may be seated, polled. A failed request keeps the last answer. */
export function useSeatableStreams(): SeatableStreams {
  const actions = useActions();
  const [state, setState] = useState<Omit<SeatableStreams, 'askAgain'>>({ streams: null, error: null });
  const [round, setRound] = useState(0);
  useEffect(() => {
    let isCurrent = true;
    let timer: ReturnType<typeof setTimeout>;
    const ask = async () => {
      try {
        const streams = await actions.listStreams();
        if (isCurrent) setState({ streams, error: null });
      } catch (error) {
        if (isCurrent) setState((before) => ({ ...before, error }));
      }
      if (isCurrent) timer = setTimeout(() => void ask(), ASK_EVERY_MS);
    };
    void ask();
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [actions, round]);
  const askAgain = useCallback(() => setRound((before) => before + 1), []);
  return { ...state, askAgain };
}
