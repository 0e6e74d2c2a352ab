import { Check, Square, SquareCheck } from 'lucide-react';
import { DropdownMenu as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

interface MenuProps {
  trigger: ReactNode;
  children: ReactNode;
  side?: 'top' | 'bottom' | 'left' | 'right';
  align?: 'start' | 'center' | 'end';
  onOpenChange?: (isOpen: boolean) => void;
  /** The parent element. null: the page. In full screen, only the full-screen element's content is visible. */
  container?: HTMLElement | null;
}

export function Menu({ trigger, children, side = 'bottom', align = 'end', onOpenChange, container = null }: MenuProps) {
  return (
    <Radix.Root modal={false} {...(onOpenChange && { onOpenChange })}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal container={container}>
        <Radix.Content
          side={side}
          align={align}
          sideOffset={8}
          collisionPadding={8}
          className="animate-enter z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-56 overflow-y-auto rounded-lg border border-line bg-surface-2 p-1.5 text-sm"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

const ITEM =
  'target flex w-full cursor-pointer items-center gap-3 rounded-md px-3 py-1.5 text-fg outline-none select-none data-[disabled]:cursor-default data-[disabled]:opacity-45 data-[highlighted]:bg-surface-3';

interface MenuItemProps {
  icon?: ReactNode;
  children: ReactNode;
  onSelect: () => void;
  disabled?: boolean;
  'data-testid'?: string;
}

export function MenuItem({ icon, children, ...rest }: MenuItemProps) {
  return (
    <Radix.Item {...rest} className={ITEM}>
      {icon != null && <span className="shrink-0 text-fg-2">{icon}</span>}
      <span className="min-w-0 flex-1">{children}</span>
    </Radix.Item>
  );
}

export function MenuCheck({
  children,
  isOn,
  onChange,
  ...rest
}: {
  children: ReactNode;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
  'data-testid'?: string;
}) {
  return (
    <Radix.CheckboxItem {...rest} checked={isOn} onCheckedChange={onChange} className={ITEM}>
      <span className="shrink-0 text-fg-2">{isOn ? <SquareCheck size={18} aria-hidden /> : <Square size={18} aria-hidden />}</span>
      <span className="min-w-0 flex-1">{children}</span>
    </Radix.CheckboxItem>
  );
}

interface MenuNumbersProps {
  label: string;
  numbers: readonly number[];
  /** The name of one item, for screen readers. */
  nameOf: (value: number) => string;
  onSelect: (value: number) => void;
}

/** Small numbered items side by side, such as seats. */
export function MenuNumbers({ label, numbers, nameOf, onSelect }: MenuNumbersProps) {
  if (numbers.length === 0) return null;
  return (
    <Radix.Group aria-label={label}>
      <MenuLabel>{label}</MenuLabel>
      <div className="grid grid-cols-5 gap-1 px-2 pb-1.5">
        {numbers.map((value) => (
          <Radix.Item
            key={value}
            aria-label={nameOf(value)}
            textValue={String(value)}
            onSelect={() => onSelect(value)}
            className="target tabular flex min-w-9 cursor-pointer items-center justify-center rounded-md bg-surface-3 outline-none select-none data-[highlighted]:bg-accent data-[highlighted]:text-accent-fg"
          >
            {value}
          </Radix.Item>
        ))}
      </div>
    </Radix.Group>
  );
}

export const MenuSeparator = () => <Radix.Separator className="mx-2 my-1.5 h-px bg-line" />;

export const MenuLabel = ({ children }: { children: ReactNode }) => (
  <Radix.Label className="px-3 pt-1.5 pb-1 text-sm text-fg-3">{children}</Radix.Label>
);

/** A choice of one. The menu stays open and shows the result. */
export function MenuRadios({ value, onChange, children }: { value: string; onChange: (value: string) => void; children: ReactNode }) {
  return (
    <Radix.RadioGroup value={value} onValueChange={onChange}>
      {children}
    </Radix.RadioGroup>
  );
}

interface MenuRadioProps {
  value: string;
  hint?: string;
  children: ReactNode;
  'data-testid'?: string;
}

export function MenuRadio({ value, hint, children, ...rest }: MenuRadioProps) {
  return (
    <Radix.RadioItem {...rest} value={value} onSelect={(event) => event.preventDefault()} className={ITEM}>
      <span className="flex size-[18px] shrink-0 items-center text-accent-text">
        <Radix.ItemIndicator>
          <Check size={18} aria-hidden />
        </Radix.ItemIndicator>
      </span>
      <span className="min-w-0 flex-1">
        {children}
        {hint && <span className="block text-fg-3">{hint}</span>}
      </span>
    </Radix.RadioItem>
  );
}
