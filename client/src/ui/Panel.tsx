import type { ReactNode } from 'react';
import { cx } from './cx';

interface PanelProps {
  title?: string;
  /** Beside the title: a count, a button. */
  aside?: ReactNode;
  className?: string;
  bodyClassName?: string;
  children: ReactNode;
  'data-testid'?: string;
}

/** A surface with a heading; its body scrolls, its heading stays. */
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

/** What stands where nothing is yet. */
export function Empty({ icon, title, children }: { icon?: ReactNode; title: string; children?: ReactNode }) {
  return (
    <div className="flex h-full flex-col items-center justify-center gap-2 p-6 text-center text-fg-3">
      {icon}
      <p className="text-sm font-medium text-fg-2">{title}</p>
      {children != null && <p className="max-w-64 text-sm">{children}</p>}
    </div>
  );
}
