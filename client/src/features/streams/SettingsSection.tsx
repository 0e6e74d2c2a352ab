import type { ReactNode } from 'react';

/** A setting with its title and what it means. */
export const SettingsSection = ({ title, text, children }: { title: string; text: string; children: ReactNode }) => (
  <section aria-label={title} className="flex flex-col gap-3 rounded-lg bg-surface-2 p-4">
    <div>
      <h3 className="text-base font-semibold">{title}</h3>
      <p className="text-fg-2">{text}</p>
    </div>
    {children}
  </section>
);
