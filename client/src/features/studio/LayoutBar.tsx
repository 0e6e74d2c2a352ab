import { canvasOf, cardColourOf, layout, LayoutName, type Scene, type Size } from '@lianmai/protocol';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useStageSources, type StageSource } from '../../bindings';
import { cx, testIds, Tooltip, useHotkeys } from '../../ui';
import { useProfile, useScene } from './programDraft';
import { sourceVideoOf } from './sourceVideos';

const LAYOUT_ORDER = LayoutName.options;
/** A thumbnail is a hint, not a monitor. */
const DRAW_EVERY_MS = 400;
const THUMB_SIDE_PX = 128;

/** The layouts as they would look now. A click or the number key puts one on air. */
export function LayoutBar() {
  const { t } = useTranslation();
  const { scene, setScene } = useScene();
  const { profile } = useProfile();
  const canvases = useRef(new Map<string, HTMLCanvasElement>());
  const sources = useStageSources();
  const size = thumbSize(canvasOf(profile));
  useThumbnails(canvases, scene, sources, canvasOf(profile));
  useHotkeys(Object.fromEntries(LAYOUT_ORDER.map((name, index) => [String(index + 1), () => setScene({ layout: name })])));
  return (
    <div role="radiogroup" aria-label={t('studio.layouts')} className="flex gap-2 overflow-x-auto p-1">
      {LAYOUT_ORDER.map((name, index) => (
        <Tooltip key={name} label={t(`layoutHint.${name}`)} hotkey={String(index + 1)}>
          <button
            type="button"
            role="radio"
            aria-checked={scene.layout === name}
            onClick={() => setScene({ layout: name })}
            data-testid={testIds.scene(name)}
            className={cx(
              'flex min-w-20 flex-1 flex-col items-center gap-1 rounded-md border-2 bg-surface-1 p-1 text-sm transition-colors',
              scene.layout === name ? 'border-fg text-fg' : 'border-transparent text-fg-2 hover:text-fg',
            )}
          >
            <canvas
              ref={(element) => {
                if (element) canvases.current.set(name, element);
                else canvases.current.delete(name);
              }}
              width={size.width}
              height={size.height}
              aria-hidden
              className="h-10 rounded-sm bg-stage xl:h-12"
            />
            <span className="max-w-full truncate">
              <span className="tabular mr-1 text-fg-3">{index + 1}</span>
              {t(`layout.${name}`)}
            </span>
          </button>
        </Tooltip>
      ))}
    </div>
  );
}

function thumbSize(canvas: Size): Size {
  const scale = THUMB_SIDE_PX / Math.max(canvas.width, canvas.height);
  return { width: Math.round(canvas.width * scale), height: Math.round(canvas.height * scale) };
}

function useThumbnails(
  canvases: { current: Map<string, HTMLCanvasElement> },
  scene: Scene,
  sources: readonly StageSource[],
  canvas: Size,
): void {
  const now = useRef({ scene, sources, canvas });
  useEffect(() => {
    now.current = { scene, sources, canvas };
    drawAll(canvases.current, now.current);
  });
  useEffect(() => {
    const timer = setInterval(() => !document.hidden && drawAll(canvases.current, now.current), DRAW_EVERY_MS);
    return () => clearInterval(timer);
  }, [canvases]);
}

interface Drawn {
  scene: Scene;
  sources: readonly StageSource[];
  canvas: Size;
}

function drawAll(canvases: ReadonlyMap<string, HTMLCanvasElement>, drawn: Drawn): void {
  for (const name of LAYOUT_ORDER) {
    const context = canvases.get(name)?.getContext('2d');
    if (context) drawThumbnail(context, { ...drawn, scene: { ...drawn.scene, layout: name } });
  }
}

function drawThumbnail(context: CanvasRenderingContext2D, { scene, sources, canvas }: Drawn): void {
  const scale = context.canvas.width / canvas.width;
  context.fillStyle = scene.background.colour;
  context.fillRect(0, 0, context.canvas.width, context.canvas.height);
  for (const place of layout(canvas, scene, sources)) {
    const source = sources.find((one) => one.id === place.sourceId);
    if (!source) continue;
    const rect = { x: place.x * scale, y: place.y * scale, width: place.width * scale, height: place.height * scale };
    context.fillStyle = source.kind === 'camera' ? cardColourOf(source.id) : '#000000';
    context.fillRect(rect.x, rect.y, rect.width, rect.height);
    const frame = sourceVideoOf(source.id);
    if (frame) drawVideo(context, frame, rect, place.fit);
  }
}

function drawVideo(
  context: CanvasRenderingContext2D,
  video: HTMLVideoElement,
  rect: { x: number; y: number; width: number; height: number },
  fit: 'cover' | 'contain',
): void {
  const choose = fit === 'cover' ? Math.max : Math.min;
  const zoom = choose(rect.width / video.videoWidth, rect.height / video.videoHeight);
  const [width, height] = [video.videoWidth * zoom, video.videoHeight * zoom];
  context.save();
  context.beginPath();
  context.rect(rect.x, rect.y, rect.width, rect.height);
  context.clip();
  context.drawImage(video, rect.x + (rect.width - width) / 2, rect.y + (rect.height - height) / 2, width, height);
  context.restore();
}
