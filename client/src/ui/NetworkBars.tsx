import { cx } from './cx';

export type Bars = 0 | 1 | 2 | 3;
const COLOURS = ['bg-bad', 'bg-warn', 'bg-warn', 'bg-good'];

/** How good a connection is: 3 bars are good, none means lost. Height shows it as well as colour. */
export function NetworkBars({ bars, label, className }: { bars: Bars; label: string; className?: string }) {
  return (
    <span role="img" aria-label={label} title={label} className={cx('inline-flex h-3.5 items-end gap-0.5', className)}>
      {[1, 2, 3].map((bar) => (
        <span
          key={bar}
          className={cx('w-1 rounded-[1px]', bar <= bars ? COLOURS[bars] : 'bg-white/30')}
          style={{ height: `${20 + bar * 26}%` }}
        />
      ))}
    </span>
  );
}
