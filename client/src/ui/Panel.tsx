import type { ReactNode } from 'react';
import { cx } from './cx';

interface PanelProps {
  title?: string;
  /** Beside the title: a count or a button. */
  aside?: ReactNode;
  className?: string;
  bodyClassName?: string;
  children: ReactNode;
  'data-testid'?: string;
}

/** A surface with a heading. The body scrolls, and the heading stays. */
export function Panel({ title, aside, className, bodyClassName, children, ...rest }: PanelProps) {
  return (
    <section {...rest} aria-label={title} className={cx('flex min-h-0 flex-col rounded-lg bg-surface-1', className)}>
      {(title || aside != null) && (
        <header className="flex min-h-11 shrink-0 items-center justify-between gap-2 pt-1 pr-2 pl-4">
          <h2 className="truncate text-sm font-semibold">{title}</h2>
          {aside}
        </header>
      )}
      <div className={cx('min-h-0 flex-1', bodyClassName)}>{children}</div>
    </section>
  );
}
