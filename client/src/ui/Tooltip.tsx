import { Tooltip as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

export const TooltipProvider = ({ children }: { children: ReactNode }) => (
  <Radix.Provider delayDuration={350} skipDelayDuration={200}>
    {children}
  </Radix.Provider>
);

interface TooltipProps {
  label: string;
  /** The key that does the same. */
  hotkey?: string | undefined;
  side?: 'top' | 'bottom' | 'left' | 'right';
  children: ReactNode;
}

export function Tooltip({ label, hotkey, side = 'top', children }: TooltipProps) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          side={side}
          sideOffset={8}
          collisionPadding={8}
          className="animate-fade z-50 flex max-w-72 items-center gap-2 rounded-md border border-line bg-surface-3 px-3 py-1.5 text-sm text-fg"
        >
          {label}
          {hotkey && <kbd className="rounded-sm border border-line-strong px-1.5 font-sans text-sm text-fg-2">{hotkey}</kbd>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
