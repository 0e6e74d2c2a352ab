import { RadioGroup, Slider as RadixSlider, Switch as RadixSwitch } from 'radix-ui';
import { useId, type ReactNode } from 'react';
import { cx } from './cx';

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
      <RadixSwitch.Root
        id={id}
        checked={isOn}
        onCheckedChange={onChange}
        {...rest}
        className="relative h-6 w-11 shrink-0 rounded-full border border-line-strong bg-surface-3 transition-colors data-[state=checked]:border-accent data-[state=checked]:bg-accent"
      >
        <RadixSwitch.Thumb className="block size-4 translate-x-0.5 rounded-full bg-fg transition-transform data-[state=checked]:translate-x-[22px] data-[state=checked]:bg-accent-fg" />
      </RadixSwitch.Root>
    </div>
  );
}

interface SegmentedProps<T extends string> {
  label: string;
  value: T;
  options: readonly { value: T; label: string; icon?: ReactNode }[];
  onChange: (value: T) => void;
  'data-testid'?: string;
}

/** One of a few, all of them in sight. */
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
              'data-[state=checked]:bg-surface-1 data-[state=checked]:text-fg',
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

interface SliderProps {
  label: string;
  value: number;
  min: number;
  max: number;
  step: number;
  /** The value in words, for screen readers. */
  valueText: string;
  onChange: (value: number) => void;
  onCommit?: (value: number) => void;
  disabled?: boolean;
  'data-testid'?: string;
}

export function Slider({ label, value, valueText, onChange, onCommit, ...rest }: SliderProps) {
  return (
    <RadixSlider.Root
      {...rest}
      value={[value]}
      onValueChange={([next]) => next !== undefined && onChange(next)}
      onValueCommit={([next]) => next !== undefined && onCommit?.(next)}
      className="relative flex h-6 w-full touch-none items-center select-none data-[disabled]:opacity-40"
    >
      <RadixSlider.Track className="h-1 w-full grow rounded-full bg-surface-3">
        <RadixSlider.Range className="absolute h-1 rounded-full bg-fg-3" />
      </RadixSlider.Track>
      <RadixSlider.Thumb aria-label={label} aria-valuetext={valueText} className="block size-4 rounded-full bg-fg" />
    </RadixSlider.Root>
  );
}
