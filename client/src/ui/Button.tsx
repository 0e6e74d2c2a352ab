import { LoaderCircle } from 'lucide-react';
import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { cx } from './cx';

export type ButtonVariant = 'primary' | 'secondary' | 'ghost' | 'live';

const VARIANTS: Record<ButtonVariant, string> = {
  primary: 'bg-accent text-accent-fg hover:not-disabled:bg-accent-hover',
  secondary: 'bg-surface-2 text-fg hover:not-disabled:bg-surface-3',
  ghost: 'text-fg-2 hover:not-disabled:bg-surface-2 hover:not-disabled:text-fg',
  live: 'bg-live text-live-fg hover:not-disabled:bg-live-hover',
};
const SIZES = { md: 'min-h-11 px-4 text-sm', sm: 'target px-3 text-sm', lg: 'min-h-12 px-6 text-base' };

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  variant?: ButtonVariant;
  size?: keyof typeof SIZES;
  icon?: ReactNode;
  /** Shows a spinner and refuses clicks while something is in progress. */
  isBusy?: boolean;
}

/** A labelled action. The label is a verb. */
export function Button({ variant = 'secondary', size = 'md', icon, isBusy = false, className, children, disabled, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled === true || isBusy}
      aria-busy={isBusy || undefined}
      className={cx(
        'inline-flex min-w-0 items-center justify-center gap-2 rounded-md font-medium select-none transition-colors disabled:opacity-50',
        VARIANTS[variant],
        SIZES[size],
        className,
      )}
    >
      {isBusy ? <LoaderCircle size={18} className="shrink-0 animate-spin" aria-hidden /> : icon}
      <span className="truncate">{children}</span>
    </button>
  );
}
