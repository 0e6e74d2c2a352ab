import { useEffect, useRef } from 'react';
import { cx } from './cx';

/** Calls the listener with levels 0..1 until the returned function is called. */
type LevelSource = (listener: (level: number) => void) => () => void;

interface LiveMeterProps {
  /** null: nothing to measure, so the meter rests. */
  source: LevelSource | null;
  label: string;
  className?: string;
  'data-testid'?: string;
}

const BARS = 24;

/** A moving row of lights for a microphone. Updated 25 times a second, so it bypasses React. */
export function LiveMeter({ source, label, className, ...rest }: LiveMeterProps) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const draw = (level: number) => {
      if (!element.current) return;
      const lit = Math.round(level * BARS);
      [...element.current.children].forEach((bar, index) => bar.toggleAttribute('data-lit', index < lit));
      element.current.dataset['level'] = level.toFixed(2);
    };
    draw(0);
    return source?.(draw);
  }, [source]);
  return (
    <div {...rest} ref={element} role="img" aria-label={label} className={cx('flex h-2 items-stretch gap-[3px]', className)}>
      {Array.from({ length: BARS }, (_, index) => (
        <span key={index} className={cx('flex-1 rounded-[1px] bg-surface-3', index > 20 ? 'data-lit:bg-warn' : 'data-lit:bg-good')} />
      ))}
    </div>
  );
}

/** -60 dB is at the left, 0 dB at the right. */
const position = (db: number) => `${Math.min(100, Math.max(0, ((db + 60) / 60) * 100))}%`;

/** A level of the program in dBFS, with its peak. */
export function DbMeter({ rmsDb, peakDb, label }: { rmsDb: number; peakDb: number; label: string }) {
  return (
    <div
      role="meter"
      aria-label={label}
      aria-valuemin={-60}
      aria-valuemax={0}
      aria-valuenow={Math.round(Math.max(-60, rmsDb))}
      className="relative h-1.5 w-full overflow-hidden rounded-full bg-surface-3"
    >
      <span className={cx('absolute inset-y-0 left-0', peakDb > -3 ? 'bg-warn' : 'bg-good')} style={{ width: position(rmsDb) }} />
      {peakDb > -60 && <span className="absolute inset-y-0 w-0.5 bg-fg" style={{ left: position(peakDb) }} />}
    </div>
  );
}
