import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { cx } from './cx';
import { Tooltip } from './Tooltip';

interface DockButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'children'> {
  icon: ReactNode;
  /** Written below the icon. */
  label: string;
  /** The effect of a click, for screen readers and the tooltip. */
  action: string;
  hotkey?: string;
  /** off: not running (mic muted), drawn inverted to stand out. */
  tone?: 'plain' | 'off' | 'active';
  badge?: number;
  /** A device has failed: shows a small mark at the corner. */
  hasProblem?: boolean;
  /** For a label of several words. */
  isWide?: boolean;
}

const TONES = {
  plain: 'bg-surface-2 text-fg group-hover:bg-surface-3',
  off: 'bg-fg text-bg',
  active: 'bg-accent-soft text-accent-text',
};

/** One of the large buttons at the bottom of a room. */
export function DockButton({
  icon,
  label,
  action,
  hotkey,
  tone = 'plain',
  badge = 0,
  hasProblem = false,
  isWide = false,
  className,
  ...rest
}: DockButtonProps) {
  return (
    <Tooltip label={action} hotkey={hotkey}>
      <button
        type="button"
        aria-label={action}
        {...rest}
        className={cx(
          'group flex min-w-0 flex-1 flex-col items-center gap-1 rounded-md py-1 text-fg-2 disabled:opacity-40 aria-disabled:opacity-60',
          isWide ? 'max-w-40' : 'max-w-16',
          className,
        )}
      >
        <span className={cx('relative flex h-10 w-full max-w-14 items-center justify-center rounded-lg transition-colors', TONES[tone])}>
          {icon}
          {badge > 0 && (
            <span className="tabular absolute -top-1 -right-1 min-w-5 rounded-full bg-accent px-1 text-center text-sm leading-5 font-medium text-accent-fg">
              {badge}
            </span>
          )}
          {hasProblem && (
            <span
              className="absolute -top-1 -right-1 size-5 rounded-full bg-warn text-center text-sm leading-5 font-bold text-black"
              aria-hidden
            >
              !
            </span>
          )}
        </span>
        <span className="max-w-full truncate text-sm leading-4">{label}</span>
      </button>
    </Tooltip>
  );
}
