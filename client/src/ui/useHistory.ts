import { useEffect, useRef, useState } from 'react';

const LENGTH = 60;

/** About the last minute of a figure, one value per period, for a sparkline. */
export function useHistory(value: number | null, everyMs = 1000): number[] {
  const [values, setValues] = useState<number[]>([]);
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
  });
  useEffect(() => {
    const timer = setInterval(() => {
      const now = latest.current;
      if (now !== null) setValues((before) => [...before, now].slice(-LENGTH));
    }, everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return values;
}
