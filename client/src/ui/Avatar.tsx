import { cardColourOf, initialsOf, type SourceId } from '@lianmai/protocol';
import { RadioTower } from 'lucide-react';
import { cx } from './cx';

interface AvatarProps {
  name: string;
  /** Decides the colour, so that it stays when the name changes. */
  id: SourceId;
  className?: string;
}

/** A person in a list: their initials on a colour of their own, the same as on their card. */
export function Avatar({ name, id, className }: AvatarProps) {
  return (
    <span
      aria-hidden
      className={cx('flex aspect-square shrink-0 items-center justify-center rounded-full font-medium text-white select-none', className)}
      style={{ background: cardColourOf(id) }}
    >
      {initialsOf(name)}
    </span>
  );
}

/** Where a camera is off: drawn as the program draws it, a disc of 0.42 of the smaller side in the middle. */
export function AvatarCard({ name, id }: { name: string; id: SourceId }) {
  return (
    <span
      aria-hidden
      className="@container-size flex size-full items-center justify-center select-none"
      style={{ background: cardColourOf(id) }}
    >
      <span className="flex aspect-square h-[min(42cqh,42cqw)] items-center justify-center rounded-full bg-white/16 text-[min(17.6cqh,17.6cqw)] leading-none text-white">
        {initialsOf(name)}
      </span>
    </span>
  );
}

/** What stands in a list for a stream, where people have their initials. */
export const StreamMark = ({ label, className }: { label: string; className?: string }) => (
  <span
    role="img"
    aria-label={label}
    className={cx('flex size-8 shrink-0 items-center justify-center rounded-full bg-surface-3 text-fg-2', className)}
  >
    <RadioTower size={18} aria-hidden />
  </span>
);
