import type { HTMLAttributes, ReactNode } from 'react';
import { cx } from './cx';

export type PillTone = 'neutral' | 'live' | 'good' | 'warn' | 'bad' | 'accent';

const TONES: Record<PillTone, string> = {
  neutral: 'bg-surface-2 text-fg-2',
  live: 'bg-live text-live-fg',
  good: 'bg-surface-2 text-fg',
  warn: 'bg-surface-2 text-fg',
  bad: 'bg-surface-2 text-fg',
  accent: 'bg-accent-soft text-accent-text',
};
const DOTS: Partial<Record<PillTone, string>> = { good: 'bg-good', warn: 'bg-warn', bad: 'bg-bad' };

interface PillProps extends HTMLAttributes<HTMLSpanElement> {
  tone?: PillTone;
  size?: 'sm' | 'md';
  icon?: ReactNode;
}

/** A short state: one word or one figure. Health tones add a dot and keep the word readable. */
export function Pill({ tone = 'neutral', size = 'md', icon, children, className, ...rest }: PillProps) {
  const dot = DOTS[tone];
  return (
    <span
      {...rest}
      className={cx(
        'tabular inline-flex shrink-0 items-center gap-1.5 rounded-full text-sm font-medium whitespace-nowrap',
        size === 'md' ? 'h-7 px-2.5' : 'h-5 px-1.5',
        TONES[tone],
        className,
      )}
    >
      {dot && <span className={cx('size-2 shrink-0 rounded-full', dot)} aria-hidden />}
      {icon}
      {children}
    </span>
  );
}
