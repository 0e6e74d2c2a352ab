import { Check, Copy } from 'lucide-react';
import { Button } from './Button';
import { useCopy } from './useCopy';

interface CopyFieldProps {
  label: string;
  value: string;
  /** Shown instead of the value, so that a secret is copied unseen. */
  shown?: string;
  copyLabel: string;
  copiedLabel: string;
  variant?: 'primary' | 'secondary';
  'data-testid'?: string;
}

/** A value to pass on. Selects itself when touched, and has a copy button beside it. */
export function CopyField({ label, value, shown, copyLabel, copiedLabel, variant = 'secondary', ...rest }: CopyFieldProps) {
  const { isCopied, copy } = useCopy(value);
  return (
    <div className="flex min-w-0 gap-2">
      <input
        {...rest}
        readOnly
        aria-label={label}
        value={shown ?? value}
        dir="ltr"
        onFocus={(event) => event.target.select()}
        className="min-h-11 min-w-0 flex-1 truncate rounded-md border border-line-strong/60 bg-surface-1 px-3 text-base text-fg"
      />
      <Button
        variant={variant}
        onClick={copy}
        icon={isCopied ? <Check size={18} aria-hidden /> : <Copy size={18} aria-hidden />}
        className="shrink-0"
      >
        <span aria-live="polite">{isCopied ? copiedLabel : copyLabel}</span>
      </Button>
    </div>
  );
}
