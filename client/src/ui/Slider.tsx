import type { SyntheticEvent } from 'react';

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

/** The browser's own slider. `onCommit` is called once, on release or after a key. */
export function Slider({ label, value, valueText, onChange, onCommit, ...rest }: SliderProps) {
  const commit = (event: SyntheticEvent<HTMLInputElement>) => onCommit?.(event.currentTarget.valueAsNumber);
  return (
    <input
      {...rest}
      type="range"
      aria-label={label}
      aria-valuetext={valueText}
      value={value}
      onChange={(event) => onChange(event.target.valueAsNumber)}
      onPointerUp={commit}
      onKeyUp={commit}
      className="slider w-full"
    />
  );
}
