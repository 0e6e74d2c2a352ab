import type { ReactNode } from 'react';
import { cx } from './cx';

interface ExplanationProps {
  illustration: ReactNode;
  title: string;
  text: ReactNode;
  /** The steps to take, in order. */
  steps?: readonly string[];
  actions?: ReactNode;
  size?: 'md' | 'lg';
  className?: string;
  'data-testid'?: string;
}

/** Explains a problem: an illustration, the cause, the steps, and one action. */
export function Explanation({ illustration, title, text, steps, actions, size = 'md', className, ...rest }: ExplanationProps) {
  return (
    <div {...rest} className={cx('flex max-w-md flex-col items-center gap-3 text-center', className)}>
      <span className="text-fg-2">{illustration}</span>
      <h2 className={size === 'lg' ? 'text-xl font-semibold' : 'text-lg font-semibold'}>{title}</h2>
      <p className="text-base text-fg-2">{text}</p>
      {steps && steps.length > 0 && (
        <ol className="flex list-decimal flex-col gap-1 pl-5 text-left text-base text-fg-2">
          {steps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
      )}
      {actions != null && <div className="mt-2 flex flex-wrap justify-center gap-2">{actions}</div>}
    </div>
  );
}
