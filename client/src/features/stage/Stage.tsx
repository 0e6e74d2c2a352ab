import { layout, type SourceId, type Tile as Place } from '@lianmai/protocol';
import { useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useStageSources, useSteadyOrder, type StageSource } from '../../bindings';
import { cx, testIds, useElementSize } from '../../ui';
import { StageTile } from './StageTile';

interface StageProps {
  /** Takes part in the layout as one more tile, such as the invitation while nobody else is there. */
  extra?: ReactNode;
  /** Shown instead while nobody is on stage. */
  empty: ReactNode;
}

const EXTRA = 'extra' as SourceId;

/** Lays tiles out like the program, at the measured size. A pinned source is large, with the others beside it. */
export function Stage({ extra, empty }: StageProps) {
  const { t } = useTranslation();
  const sources = useStageSources();
  const steady = useSteadyOrder(sources);
  const [ref, size] = useElementSize();
  const [pinned, setPinned] = useState<SourceId | null>(null);
  const hasExtra = extra != null;
  const places = useMemo(() => placesOf(sources, size, pinned, hasExtra), [sources, size, pinned, hasExtra]);
  const isPinned = (source: StageSource) => source.id === pinned;
  return (
    <section ref={ref} aria-label={t('room.stage')} data-testid={testIds.stage} className="relative size-full overflow-hidden">
      {sources.length === 0 && empty}
      {steady.map((source) => (
        <Placed key={source.id} place={places.get(source.id)} isAlone={places.size === 1}>
          <StageTile
            source={source}
            fit={source.kind === 'screen' ? 'contain' : 'cover'}
            isPinned={isPinned(source)}
            onPin={() => setPinned(isPinned(source) ? null : source.id)}
          />
        </Placed>
      ))}
      {hasExtra && sources.length > 0 && <Placed place={places.get(EXTRA)}>{extra}</Placed>}
    </section>
  );
}

function placesOf(
  sources: readonly StageSource[],
  size: { width: number; height: number },
  pinned: SourceId | null,
  hasExtra: boolean,
): Map<SourceId, Place> {
  if (size.width < 2 || size.height < 2 || sources.length === 0) return new Map();
  const isPinned = sources.some((source) => source.id === pinned);
  const scene = { layout: isPinned ? ('screen' as const) : ('auto' as const), focus: isPinned ? pinned : null, order: [], hidden: [] };
  const shown = hasExtra ? [...sources, { id: EXTRA, kind: 'camera' as const }] : sources;
  return new Map(layout(size, scene, shown).map((place) => [place.sourceId, place]));
}

/** Half the gap between two tiles, in addition to the layout's own. */
const INSET = 2;

function Placed({ place, isAlone = false, children }: { place: Place | undefined; isAlone?: boolean; children: ReactNode }) {
  if (!place) return null;
  const inset = isAlone ? 0 : INSET;
  const style = {
    transform: `translate(${place.x + inset}px, ${place.y + inset}px)`,
    width: place.width - 2 * inset,
    height: place.height - 2 * inset,
  };
  return (
    <div
      style={style}
      className={cx('tile-moves animate-fade absolute top-0 left-0 rounded-lg contain-strict group/placed', place.overlay && 'z-10')}
    >
      {children}
    </div>
  );
}
