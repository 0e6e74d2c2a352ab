import { RadioGroup } from 'radix-ui';

interface ChipsProps {
  label: string;
  value: string;
  options: readonly { value: string; label: string; /** For screen readers. */ name?: string }[];
  onChange: (value: string) => void;
  'data-testid'?: string;
}

/** A choice of one from several short ones, on as many lines as they need. */
export function Chips({ label, value, options, onChange, ...rest }: ChipsProps) {
  return (
    <div className="flex flex-col gap-1.5">
      <span className="text-sm font-medium text-fg-2">{label}</span>
      <RadioGroup.Root {...rest} value={value} onValueChange={onChange} aria-label={label} className="flex flex-wrap gap-2">
        {options.map((option) => (
          <RadioGroup.Item
            key={option.value}
            value={option.value}
            aria-label={option.name ?? option.label}
            className="target tabular min-w-11 rounded-md bg-surface-2 px-3 text-sm text-fg-2 transition-colors hover:text-fg data-[state=checked]:bg-accent data-[state=checked]:text-accent-fg"
          >
            {option.label}
          </RadioGroup.Item>
        ))}
      </RadioGroup.Root>
    </div>
  );
}
