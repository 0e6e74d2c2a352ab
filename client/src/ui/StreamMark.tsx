import { RadioTower } from 'lucide-react';
import { cx } from './cx';

/** Marks a stream in a list, where people have their initials. */
export const StreamMark = ({ label, className }: { label: string; className?: string }) => (
  <span
    role="img"
    aria-label={label}
    className={cx('flex size-8 shrink-0 items-center justify-center rounded-full bg-surface-3 text-fg-2', className)}
  >
    <RadioTower size={18} aria-hidden />
  </span>
);
