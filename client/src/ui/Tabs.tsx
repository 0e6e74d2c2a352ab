import { Tabs as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { Badge } from './Badge';
import { cx } from './cx';

export interface Tab {
  id: string;
  label: string;
  badge?: number;
  content: ReactNode;
  /** Stays in the page while another tab is shown, so that scroll position and drafts survive. */
  isKept?: boolean;
}

interface TabsProps {
  tabs: readonly Tab[];
  value: string;
  onChange: (id: string) => void;
  label: string;
  className?: string;
}

export function Tabs({ tabs, value, onChange, label, className }: TabsProps) {
  return (
    <Radix.Root value={value} onValueChange={onChange} className={cx('flex min-h-0 flex-col rounded-lg bg-surface-1', className)}>
      <Radix.List aria-label={label} className="flex shrink-0 gap-1 overflow-x-auto border-b border-line px-2">
        {tabs.map((tab) => (
          <Radix.Trigger
            key={tab.id}
            value={tab.id}
            data-testid={`tab-${tab.id}`}
            className="flex min-h-11 shrink-0 items-center gap-2 border-b-2 border-transparent px-3 text-sm text-fg-2 transition-colors outline-none hover:text-fg focus-visible:bg-surface-3 focus-visible:text-fg data-[state=active]:border-fg data-[state=active]:text-fg"
          >
            {tab.label}
            {tab.badge ? <Badge count={tab.badge} /> : null}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((tab) => (
        <Radix.Content
          key={tab.id}
          value={tab.id}
          {...(tab.isKept && { forceMount: true as const })}
          tabIndex={-1}
          className="min-h-0 flex-1 outline-none data-[state=inactive]:hidden"
        >
          {tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
