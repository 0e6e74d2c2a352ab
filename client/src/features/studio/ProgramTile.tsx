import { SourceVideo, useTileSize, type StageSource } from '../../bindings';
import { Avatar } from '../../ui';

interface ProgramTileProps {
  source: StageSource;
  fit: 'cover' | 'contain';
  showName: boolean;
  /** CSS pixels of one pixel at 720 lines. */
  unitPx: number;
}

/** One tile as the compositor draws it: not mirrored, no rings, no marks; the name as it is burnt in. */
export function ProgramTile({ source, fit, showName, unitPx }: ProgramTileProps) {
  const ref = useTileSize(source.participantId, source.kind);
  return (
    <div ref={ref} className="@container-size relative size-full" style={{ fontSize: Math.max(9, 20 * unitPx) }}>
      <SourceVideo
        participantId={source.participantId}
        source={source.kind}
        fit={fit}
        fallback={
          <div className="flex size-full items-center justify-center bg-[#1c1f25]">
            <Avatar name={source.name} seed={source.participantId} className="h-[min(44cqh,44cqw)] text-[min(16cqh,16cqw)]" />
          </div>
        }
      />
      {showName && source.kind === 'camera' && (
        <span className="absolute bottom-[0.4em] left-[0.4em] max-w-[90%] truncate rounded-[0.3em] bg-black/55 px-[0.5em] leading-[1.6] text-white">
          <bdi>{source.name}</bdi>
        </span>
      )}
    </div>
  );
}
