import type { ReactNode } from 'react';

/** Shown where there is nothing yet. */
export function EmptyState({ icon, title, children }: { icon?: ReactNode; title: string; children?: ReactNode }) {
  return (
    <div className="flex h-full flex-col items-center justify-center gap-2 p-6 text-center text-fg-3">
      {icon}
      <p className="text-sm font-medium text-fg-2">{title}</p>
      {children != null && <p className="max-w-64 text-sm">{children}</p>}
    </div>
  );
}
