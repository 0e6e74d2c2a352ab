import { useId } from 'react';

interface SwitchProps {
  label: string;
  hint?: string;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
  disabled?: boolean;
  'data-testid'?: string;
}

/** A setting that takes effect at once. */
export function Switch({ label, hint, isOn, onChange, ...rest }: SwitchProps) {
  const id = useId();
  return (
    <div className="target flex items-center justify-between gap-4">
      <label htmlFor={id} className="min-w-0 text-sm">
        {label}
        {hint && <span className="block text-fg-3">{hint}</span>}
      </label>
      <input
        {...rest}
        id={id}
        type="checkbox"
        role="switch"
        checked={isOn}
        onChange={(event) => onChange(event.target.checked)}
        className="relative h-6 w-11 shrink-0 cursor-pointer appearance-none rounded-full border border-line-strong bg-surface-3 transition-colors before:absolute before:top-[3px] before:left-[3px] before:size-4 before:rounded-full before:bg-fg before:transition-transform checked:border-accent checked:bg-accent checked:before:translate-x-5 checked:before:bg-accent-fg disabled:opacity-50"
      />
    </div>
  );
}
