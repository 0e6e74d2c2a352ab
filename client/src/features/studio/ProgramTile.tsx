import { isRightToLeft, type Size, type Tile as Place } from '@lianmai/protocol';
import { SourceVideo, useTileSize, type StageSource } from '../../bindings';
import { AvatarCard, cx } from '../../ui';

interface ProgramTileProps {
  source: StageSource;
  place: Place;
  canvas: Size;
  showName: boolean;
  /** CSS pixels per pixel of the program. */
  scale: number;
}

/** The compositor's own proportions, relative to the canvas's smaller side. */
const MARGIN = 1 / 60;
const NARROWEST_LABELLED_PX = 64;

/** One tile as the compositor draws it: not mirrored, without rings or marks, with card and name burnt in. */
export function ProgramTile({ source, place, canvas, showName, scale }: ProgramTileProps) {
  const ref = useTileSize(source.participantId, source.kind);
  return (
    <div ref={ref} className={cx('relative size-full', source.kind === 'screen' && 'bg-black')}>
      <SourceVideo
        participantId={source.participantId}
        source={source.kind}
        fit={place.fit}
        fallback={<AvatarCard name={source.name} id={source.id} />}
      />
      {showName && <Label name={source.name} place={place} canvas={canvas} scale={scale} />}
    </div>
  );
}

function Label({ name, place, canvas, scale }: { name: string; place: Place; canvas: Size; scale: number }) {
  const smaller = Math.min(canvas.width, canvas.height);
  const margin = smaller * MARGIN * scale;
  const maxWidth = place.width * scale - 2 * margin;
  if (maxWidth < NARROWEST_LABELLED_PX * scale) return null;
  const fontPx = Math.min(smaller / 30, Math.max(smaller / 48, place.height * 0.06)) * scale;
  return (
    <span
      dir="auto"
      className="absolute truncate bg-[rgba(12,13,16,0.62)] text-white"
      style={{
        fontSize: fontPx,
        lineHeight: 1.75,
        padding: '0 0.55em',
        borderRadius: '0.49em',
        maxWidth,
        bottom: margin,
        [isRightToLeft(name) ? 'right' : 'left']: margin,
      }}
    >
      {name}
    </span>
  );
}
