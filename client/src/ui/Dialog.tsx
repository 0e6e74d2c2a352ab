import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { Button, type ButtonVariant } from './Button';
import { cx } from './cx';
import { IconButton } from './IconButton';

interface DialogProps {
  isOpen: boolean;
  onClose: () => void;
  title: string;
  description?: ReactNode;
  children?: ReactNode;
  /** Buttons, with the one that proceeds last. */
  actions?: ReactNode;
  closeLabel: string;
  width?: 'sm' | 'md' | 'lg';
  /** A click outside does not close it. */
  isSticky?: boolean;
}

const WIDTHS = { sm: 'max-w-sm', md: 'max-w-lg', lg: 'max-w-2xl' };

/**
 * Focuses the first field, or else the dialog: never the close button, which would also show its tooltip. On touch screens no keyboard pops
 * up.
 */
function focusFirst(event: Event): void {
  event.preventDefault();
  const { currentTarget: dialog } = event;
  if (!(dialog instanceof HTMLElement)) return;
  const isTouch = window.matchMedia('(pointer: coarse)').matches;
  const field = isTouch ? null : dialog.querySelector<HTMLElement>('input:not([readonly]):not([type="file"]), select, textarea');
  (field ?? dialog).focus();
}

export function Dialog({
  isOpen,
  onClose,
  title,
  description,
  children,
  actions,
  closeLabel,
  width = 'md',
  isSticky = false,
}: DialogProps) {
  return (
    <Radix.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="animate-fade fixed inset-0 z-40 bg-scrim" />
        <Radix.Content
          onOpenAutoFocus={focusFirst}
          onInteractOutside={(event) => isSticky && event.preventDefault()}
          {...(description == null && { 'aria-describedby': undefined })}
          className={cx(
            'animate-enter outline-none fixed inset-x-4 top-1/2 z-50 mx-auto flex max-h-[calc(100dvh-32px)] -translate-y-1/2 flex-col rounded-lg border border-line bg-surface-1',
            WIDTHS[width],
          )}
        >
          <header className="flex items-start justify-between gap-4 px-6 pt-5">
            <div className="min-w-0">
              <Radix.Title className="text-lg font-semibold">{title}</Radix.Title>
              {description != null && <Radix.Description className="mt-1 text-sm text-fg-2">{description}</Radix.Description>}
            </div>
            <Radix.Close asChild>
              <IconButton label={closeLabel} icon={<X size={20} />} className="-mt-1 -mr-2" />
            </Radix.Close>
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto px-6 py-4">{children}</div>
          {actions != null && <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-6 py-4">{actions}</footer>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

interface ConfirmDialogProps {
  isOpen: boolean;
  onClose: () => void;
  onConfirm: () => void;
  title: string;
  description: string;
  confirmLabel: string;
  cancelLabel: string;
  variant?: ButtonVariant;
  isBusy?: boolean;
  confirmTestId?: string;
}

/** Asks once before something irreversible. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { onClose, onConfirm, confirmLabel, cancelLabel, variant = 'primary', isBusy = false, confirmTestId } = props;
  return (
    <Dialog
      isOpen={props.isOpen}
      onClose={onClose}
      title={props.title}
      description={props.description}
      closeLabel={cancelLabel}
      width="sm"
      actions={
        <>
          <Button onClick={onClose}>{cancelLabel}</Button>
          <Button variant={variant} isBusy={isBusy} onClick={onConfirm} {...(confirmTestId && { 'data-testid': confirmTestId })}>
            {confirmLabel}
          </Button>
        </>
      }
    />
  );
}
