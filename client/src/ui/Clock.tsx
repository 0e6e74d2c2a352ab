import { useEffect, useState } from 'react';
import { formatDuration } from './format';

interface ClockProps {
  /** Epoch ms, on the server's clock. */
  sinceMs: number;
  /** Server clock minus page clock. */
  offsetMs?: number;
}

/** Counts up from a moment, once a second. */
export const Clock = ({ sinceMs, offsetMs = 0 }: ClockProps) => <Time ms={useNow() + offsetMs - sinceMs} />;

/** Counts down to a moment, once a second, and stays at zero. */
export const Countdown = ({ untilMs, offsetMs = 0 }: { untilMs: number; offsetMs?: number }) => (
  <Time ms={untilMs - useNow() - offsetMs + 999} />
);

const Time = ({ ms }: { ms: number }) => (
  <span className="tabular" aria-live="off">
    {formatDuration(ms)}
  </span>
);

function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
