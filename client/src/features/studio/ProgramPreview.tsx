import { canvasOf, layout, type Size, type Tile as Place } from '@lianmai/protocol';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useStageSources, useSteadyOrder, type StageSource } from '../../bindings';
import { useRoom } from '../../state';
import { cx, testIds, useElementSize } from '../../ui';
import { useUploadedImageUrl } from './uploadedImages';
import { useProfile, useScene } from './programDraft';
import { ProgramTile } from './ProgramTile';

/**
 * Shows the host what the audience sees. Drawn from our own tracks with the program's layout, because the stream itself arrives seconds
 * later.
 */
export function ProgramPreview() {
  const { t } = useTranslation();
  const { scene } = useScene();
  const { profile } = useProfile();
  const sources = useStageSources();
  const state = useRoom((room) => room.program?.state);
  const [ref, box] = useElementSize();
  const background = useUploadedImageUrl(scene.background.image);
  const canvas = canvasOf(profile);
  const scale = Math.min(box.width / canvas.width, box.height / canvas.height);
  const places = useMemo(() => layout(canvasOf(profile), scene, sources), [profile, scene, sources]);
  const isLive = state === 'live';
  return (
    <section aria-label={t('studio.program')} className="flex min-h-0 flex-1 flex-col gap-2" data-testid={testIds.program}>
      <div className="flex items-center justify-between gap-2 px-1 text-sm text-fg-2">
        <h2 className="font-semibold text-fg">{t('studio.program')}</h2>
        <span className="tabular">
          {t(`layout.${scene.layout}`)} · {profile.name} · {profile.orientation === 'portrait' ? '9:16' : '16:9'}
        </span>
      </div>
      <Stopped />
      <Degraded />
      <div ref={ref} className="relative min-h-40 flex-1 p-1.5">
        {scale > 0 && (
          <div
            className={cx(
              'absolute top-1/2 left-1/2 -translate-x-1/2 -translate-y-1/2 overflow-hidden rounded-md bg-cover bg-center outline-2 outline-offset-2',
              isLive ? 'outline-live' : 'outline-line',
            )}
            style={{
              width: canvas.width * scale,
              height: canvas.height * scale,
              backgroundColor: scene.background.colour,
              ...(background && { backgroundImage: `url("${background}")` }),
            }}
          >
            <Tiles places={places} sources={sources} scale={scale} showNames={scene.showNames} canvas={canvas} />
            <Logo canvas={canvas} scale={scale} />
            <SafeFrame />
            {places.length === 0 && (
              <p className="absolute inset-0 flex items-center justify-center p-4 text-center text-white/80">{t('studio.emptyProgram')}</p>
            )}
          </div>
        )}
      </div>
    </section>
  );
}

/** Tells the host why the program stopped by itself, until the next start. */
function Stopped() {
  const { t } = useTranslation();
  const reason = useRoom((room) => (room.program?.state === 'failed' ? (room.program.reason?.code ?? 'INTERNAL') : null));
  if (!reason) return null;
  return (
    <p role="alert" className="rounded-md bg-surface-2 px-4 py-3 text-base">
      <strong className="font-semibold">{t('studio.failedTitle')}</strong> {t(`errors.${reason}`)} {t('studio.failedText')}
    </p>
  );
}

/** Tells the host what viewers miss while the server is too busy for the program. */
function Degraded() {
  const { t } = useTranslation();
  const isDegraded = useRoom((room) => (room.program?.degraded ?? null) !== null);
  if (!isDegraded) return null;
  return (
    <p role="status" data-testid={testIds.degraded} className="rounded-md bg-surface-2 px-4 py-3 text-base">
      <strong className="font-semibold text-warn">{t('studio.degradedTitle')}</strong> {t('studio.degradedText')}
    </p>
  );
}

interface TilesProps {
  places: readonly Place[];
  sources: readonly StageSource[];
  scale: number;
  showNames: boolean;
  canvas: Size;
}

/** The layout positions each tile; no video moves in the document. */
function Tiles({ places, sources, scale, showNames, canvas }: TilesProps) {
  const byId = new Map(places.map((place, index) => [place.sourceId, { place, index }]));
  const steady = useSteadyOrder(sources);
  return steady.map((source) => {
    const found = byId.get(source.id);
    if (!found) return null;
    const { place, index } = found;
    return (
      <div
        key={source.id}
        className="tile-moves absolute top-0 left-0 overflow-hidden contain-strict"
        style={{
          transform: `translate(${place.x * scale}px, ${place.y * scale}px)`,
          width: place.width * scale,
          height: place.height * scale,
          zIndex: index,
          // The same rounding as in the compositor.
          ...(place.overlay && { borderRadius: (Math.min(place.width, place.height) / 12) * scale }),
        }}
      >
        <ProgramTile source={source} place={place} canvas={canvas} showName={showNames} scale={scale} />
      </div>
    );
  });
}

function Logo({ canvas, scale }: { canvas: Size; scale: number }) {
  const { logo } = useScene().scene;
  const url = useUploadedImageUrl(logo?.image ?? null);
  if (!logo || !url) return null;
  const [vertical, horizontal] = logo.corner.split('-') as ['top' | 'bottom', 'left' | 'right'];
  const inset = (Math.min(canvas.width, canvas.height) / 30) * scale;
  const style = {
    height: canvas.height * logo.height * scale,
    maxWidth: (canvas.width / 3) * scale,
    objectPosition: `${horizontal} ${vertical}`,
    [vertical]: inset,
    [horizontal]: inset,
  };
  return <img src={url} alt="" className="absolute z-20 object-contain" style={style} />;
}

/** Some screens crop the edges, so what matters belongs inside. Only the host sees the frame. */
const SafeFrame = () => <div aria-hidden className="pointer-events-none absolute inset-[5%] z-20 rounded-sm border border-white/25" />;
