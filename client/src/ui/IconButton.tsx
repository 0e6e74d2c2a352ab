import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { cx } from './cx';
import { Tooltip } from './Tooltip';

interface IconButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'children'> {
  /** For screen readers and the tooltip. */
  label: string;
  icon: ReactNode;
  hotkey?: string;
  /** on: a state that must stand out, such as muted. */
  variant?: 'plain' | 'filled' | 'overlay' | 'on';
  tooltipSide?: 'top' | 'bottom' | 'left' | 'right';
}

const VARIANTS = {
  plain: 'text-fg-2 hover:not-disabled:bg-surface-2 hover:not-disabled:text-fg',
  filled: 'bg-surface-2 text-fg hover:not-disabled:bg-surface-3',
  on: 'bg-fg text-bg hover:not-disabled:bg-fg-2',
  overlay: 'bg-black/55 text-white hover:not-disabled:bg-black/75',
};

/** A small square action without a visible label. */
export function IconButton({ label, icon, hotkey, variant = 'plain', tooltipSide = 'top', className, ...rest }: IconButtonProps) {
  return (
    <Tooltip label={label} hotkey={hotkey} side={tooltipSide}>
      <button
        type="button"
        aria-label={label}
        {...rest}
        className={cx(
          'target inline-flex aspect-square shrink-0 items-center justify-center rounded-md transition-colors disabled:opacity-40',
          VARIANTS[variant],
          className,
        )}
      >
        {icon}
      </button>
    </Tooltip>
  );
}
