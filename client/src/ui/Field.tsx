import { ChevronDown } from 'lucide-react';
import { useId, type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes } from 'react';
import { cx } from './cx';

interface FieldProps {
  label: string;
  hint?: ReactNode;
  /** The problem with the value. */
  error?: string | null | undefined;
  className?: string;
  children: (ids: { id: string; 'aria-describedby': string | undefined; 'aria-invalid': boolean | undefined }) => ReactNode;
}

const INPUT =
  'min-h-11 w-full rounded-md border bg-surface-1 px-3 text-base text-fg placeholder:text-fg-3 focus-visible:outline-offset-0 disabled:opacity-60';
const border = (hasError: boolean) => (hasError ? 'border-bad' : 'border-line-strong/60 hover:border-line-strong');

/** A label, its control, and a hint or an error below. */
export function Field({ label, hint, error, className, children }: FieldProps) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div className={cx('flex min-w-0 flex-col gap-1.5', className)}>
      <label htmlFor={id} className="text-sm font-medium text-fg-2">
        {label}
      </label>
      {children({ id, 'aria-describedby': note ? `${id}-note` : undefined, 'aria-invalid': error ? true : undefined })}
      {note && (
        <p id={`${id}-note`} role={error ? 'alert' : undefined} className={cx('text-sm', error ? 'text-bad' : 'text-fg-3')}>
          {note}
        </p>
      )}
    </div>
  );
}

interface TextFieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  hint?: ReactNode;
  error?: string | null | undefined;
  /** Shown inside, at the end of the line. */
  trailing?: ReactNode;
}

export function TextField({ label, hint, error, trailing, className, ...rest }: TextFieldProps) {
  return (
    <Field label={label} hint={hint} error={error} {...(className !== undefined && { className })}>
      {(ids) => (
        <span className="relative flex items-center">
          <input
            type="text"
            autoComplete="off"
            {...rest}
            {...ids}
            className={cx(INPUT, border(Boolean(error)), trailing != null && 'pr-12')}
          />
          {trailing != null && <span className="absolute right-1">{trailing}</span>}
        </span>
      )}
    </Field>
  );
}

interface SelectFieldProps extends SelectHTMLAttributes<HTMLSelectElement> {
  label: string;
  hint?: ReactNode;
  error?: string | null | undefined;
  icon?: ReactNode;
  options: readonly { value: string; label: string }[];
}

/** The browser's own list, which works with every keyboard, screen reader and phone. */
export function SelectField({ label, hint, error, icon, options, className, ...rest }: SelectFieldProps) {
  return (
    <Field label={label} hint={hint} error={error} {...(className !== undefined && { className })}>
      {(ids) => (
        <span className="relative flex items-center">
          {icon != null && <span className="pointer-events-none absolute left-3 text-fg-2">{icon}</span>}
          <select
            {...rest}
            {...ids}
            className={cx(INPUT, border(Boolean(error)), 'appearance-none truncate pr-9', icon != null && 'pl-10')}
          >
            {options.map((option) => (
              <option key={option.value} value={option.value}>
                {option.label}
              </option>
            ))}
          </select>
          <ChevronDown size={18} className="pointer-events-none absolute right-3 text-fg-2" aria-hidden />
        </span>
      )}
    </Field>
  );
}
