import { RadioGroup } from 'radix-ui';
import type { ReactNode } from 'react';
import { cx } from './cx';

interface SegmentedProps<T extends string> {
  label: string;
  value: T;
  options: readonly { value: T; label: string; icon?: ReactNode }[];
  onChange: (value: T) => void;
  'data-testid'?: string;
}

/** A choice of one from a few, all visible. */
export function Segmented<T extends string>({ label, value, options, onChange, ...rest }: SegmentedProps<T>) {
  const choose = (next: string) => {
    const option = options.find((one) => one.value === next);
    if (option) onChange(option.value);
  };
  return (
    <div className="flex flex-col gap-1.5">
      <span className="text-sm font-medium text-fg-2">{label}</span>
      <RadioGroup.Root {...rest} value={value} onValueChange={choose} aria-label={label} className="flex rounded-md bg-surface-2 p-1">
        {options.map((option) => (
          <RadioGroup.Item
            key={option.value}
            value={option.value}
            className={cx(
              'target flex flex-1 items-center justify-center gap-2 rounded-sm px-3 text-sm text-fg-2 transition-colors hover:text-fg',
              'data-[state=checked]:bg-raised data-[state=checked]:text-fg',
            )}
          >
            {option.icon}
            <span className="truncate">{option.label}</span>
          </RadioGroup.Item>
        ))}
      </RadioGroup.Root>
    </div>
  );
}
