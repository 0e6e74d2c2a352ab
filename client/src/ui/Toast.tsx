import { X } from 'lucide-react';
import { Toast as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { IconButton } from './IconButton';

export function ToastProvider({ children, label }: { children: ReactNode; label: string }) {
  return (
    <Radix.Provider duration={6000} swipeDirection="right" label={label}>
      {children}
      <Radix.Viewport className="pointer-events-none fixed top-16 right-0 z-50 flex w-96 max-w-full flex-col gap-2 p-4 outline-none" />
    </Radix.Provider>
  );
}

interface ToastProps {
  children: ReactNode;
  action?: { label: string; onClick: () => void };
  closeLabel: string;
  onClose: () => void;
  'data-testid'?: string;
}

/** A message that needs no answer and disappears by itself. */
export function Toast({ children, action, closeLabel, onClose, ...rest }: ToastProps) {
  return (
    <Radix.Root
      {...rest}
      onOpenChange={(isOpen) => !isOpen && onClose()}
      className="animate-drawer pointer-events-auto flex items-start gap-2 rounded-lg border border-line bg-surface-3 py-2 pr-2 pl-4 text-sm text-fg"
    >
      <div className="flex min-w-0 flex-1 flex-col items-start">
        <Radix.Description className="py-1">{children}</Radix.Description>
        {action && (
          <Radix.Action altText={action.label} asChild>
            <button
              type="button"
              onClick={action.onClick}
              className="target -ml-3 rounded-md px-3 text-left font-medium text-accent-text hover:bg-surface-2"
            >
              {action.label}
            </button>
          </Radix.Action>
        )}
      </div>
      <Radix.Close asChild>
        <IconButton label={closeLabel} icon={<X size={18} />} />
      </Radix.Close>
    </Radix.Root>
  );
}
