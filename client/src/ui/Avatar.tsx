import { cx } from './cx';
import { initialsOf, hueOf } from './person';

/** A person without a picture: their initials on a colour of their own. `seed` decides the colour, so that it stays when the name changes. */
export function Avatar({ name, seed = name, className }: { name: string; seed?: string; className?: string }) {
  return (
    <span
      aria-hidden
      className={cx('flex aspect-square shrink-0 items-center justify-center rounded-full font-medium text-white select-none', className)}
      style={{ background: `oklch(0.47 0.09 ${hueOf(seed)})` }}
    >
      {initialsOf(name)}
    </span>
  );
}
