import { cardColourOf, initialsOf, type SourceId } from '@lianmai/protocol';
import { cx } from './cx';

interface AvatarProps {
  name: string;
  /** Determines the colour, which therefore stays when the name changes. */
  id: SourceId;
  className?: string;
}

/** A person in a list: initials on the same colour as their card. */
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
