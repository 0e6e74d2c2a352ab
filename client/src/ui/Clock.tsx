import { useEffect, useState } from 'react';
import { formatDuration } from './format';

interface ClockProps {
  /** Epoch ms, on the server's clock. */
  sinceMs: number;
  /** Server clock minus page clock. */
  offsetMs?: number;
}

/** Counts up from a moment, once a second. */
export function Clock({ sinceMs, offsetMs = 0 }: ClockProps) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <span className="tabular" aria-live="off">
      {formatDuration(now + offsetMs - sinceMs)}
    </span>
  );
}
