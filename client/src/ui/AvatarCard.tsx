import { cardColourOf, initialsOf, type SourceId } from '@lianmai/protocol';

/** Replaces the picture while a camera is off. Drawn as in the program: a disc of 0.42 of the smaller side, centred. */
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
