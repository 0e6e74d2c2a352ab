import { cx } from './cx';

interface PlotProps {
  /** Oldest first. */
  values: readonly number[];
  /** The bottom and the top. Values beyond are clipped. */
  min?: number;
  max?: number;
  /** How many values fill the width. Fewer leave room at the left. */
  length?: number;
  tone?: 'neutral' | 'good' | 'warn' | 'bad';
  className?: string;
}

const TONES = { neutral: 'text-fg-2', good: 'text-good', warn: 'text-warn', bad: 'text-bad' };
const WIDTH = 100;
const HEIGHT = 24;

/** Returns a sparkline as an SVG path. */
export function plotPath(values: readonly number[], { min, max, length }: { min: number; max: number; length: number }): string {
  const span = Math.max(max - min, 1e-9);
  const step = WIDTH / Math.max(1, length - 1);
  const offset = WIDTH - (values.length - 1) * step;
  return values
    .map((value, index) => {
      const part = Math.min(1, Math.max(0, (value - min) / span));
      return `${index === 0 ? 'M' : 'L'}${(offset + index * step).toFixed(1)} ${(HEIGHT - 1 - part * (HEIGHT - 2)).toFixed(1)}`;
    })
    .join('');
}

/** A sparkline without axes. The figure itself stands beside it. */
export function Plot({
  values,
  min = 0,
  max = Math.max(...values, 1),
  length = Math.max(values.length, 2),
  tone = 'neutral',
  className,
}: PlotProps) {
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden className={cx('h-5 w-full', TONES[tone], className)}>
      {values.length > 1 && (
        <path
          d={plotPath(values, { min, max, length })}
          fill="none"
          stroke="currentColor"
          strokeWidth="1.5"
          vectorEffect="non-scaling-stroke"
          strokeLinejoin="round"
        />
      )}
    </svg>
  );
}
