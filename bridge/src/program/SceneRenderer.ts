import { withTimeout, type Log } from '@lianmai/kit';
import {
  cardColourOf,
  layout,
  type AssetId,
  type Corner,
  type SceneState,
  type ProgramSource,
  type Rect,
  type SceneSource,
  type Size,
  type SourceId,
  type Tile,
} from '@lianmai/protocol';
import type { z } from 'zod';
import { isRightToLeft, type SpriteRenderer } from './compositor/overlays/index.js';
import { factorOf, yuvOf, type Image, type PlacedSprite, type RenderedScene, type RenderedTile, type Sprite } from './compositor/index.js';

export interface SceneRendererOptions {
  canvas: Size;
  spriteRenderer: Pick<SpriteRenderer, 'paint'>;
  /** Rejects for an asset that cannot be fetched. */
  fetchAsset: (id: AssetId) => Promise<Uint8Array>;
  log: Log;
}

/** The overlays painted so far. */
interface Overlays {
  labels: Map<SourceId, Sprite>;
  avatars: Map<SourceId, Sprite>;
  logo: Sprite | null;
  background: Image | null;
}

/** A new scene goes on air without overlays that are not painted by then. A scene change may take 200 ms in all. */
const OVERLAYS_WITHIN_MS = 80;
const AVATAR_SIZE = 0.42;
/** Relative to the shorter side of the canvas. */
const MARGIN = 1 / 60;
/** Smaller tiles have no room for a name. */
const SMALLEST_LABELLED_TILE = { width: 64, height: 48 };

const evenDown = (value: number) => Math.floor(value / 2) * 2;

/** Turns the scene that the server asks for into pixels: the layout (the protocol's arithmetic) and the overlays painted for it. */
export class SceneRenderer {
  readonly #options: SceneRendererOptions;
  #latest: SceneState | null = null;

  constructor(options: SceneRendererOptions) {
    this.#options = options;
  }

  /**
   * Returns the scene soon, with the overlays painted by then. `onComplete` is called once with all of them, unless a newer scene was asked for in the
   * meantime.
   */
  async render(sceneState: SceneState, onComplete: (scene: RenderedScene) => void): Promise<RenderedScene> {
    this.#latest = sceneState;
    const tiles = layout(this.#options.canvas, sceneState.scene, sceneState.sources.map(asSceneSource));
    const overlays: Overlays = { labels: new Map(), avatars: new Map(), logo: null, background: null };
    let isComplete = false;
    const painting = Promise.allSettled(this.#paintAll(sceneState, tiles, overlays)).then(() => (isComplete = true));
    await withTimeout(painting, OVERLAYS_WITHIN_MS, () => undefined);
    if (!isComplete) void painting.then(() => this.#latest === sceneState && onComplete(this.#assemble(sceneState, tiles, overlays)));
    return this.#assemble(sceneState, tiles, overlays);
  }

  #paintAll({ scene, sources }: SceneState, tiles: readonly Tile[], overlays: Overlays): Promise<unknown>[] {
    const { spriteRenderer } = this.#options;
    const nameOf = new Map(sources.map((source) => [source.id, source.name]));
    const work: Promise<unknown>[] = [];
    for (const tile of tiles) {
      const name = nameOf.get(tile.sourceId) ?? '';
      const label = this.#labelRequest(name, tile);
      if (scene.showNames && label) {
        work.push(
          spriteRenderer
            .paint(`label ${label.fontPx} ${label.maxWidthPx} ${name}`, label)
            .then((sprite) => overlays.labels.set(tile.sourceId, sprite)),
        );
      }
      const sizePx = evenDown(Math.min(tile.width, tile.height) * AVATAR_SIZE);
      work.push(
        spriteRenderer
          .paint(`avatar ${sizePx} ${name}`, { kind: 'avatar', name, sizePx })
          .then((sprite) => overlays.avatars.set(tile.sourceId, sprite)),
      );
    }
    if (scene.logo) work.push(this.#paintLogo(scene.logo).then((sprite) => (overlays.logo = sprite)));
    if (scene.background.image) work.push(this.#paintBackground(scene.background.image).then((image) => (overlays.background = image)));
    return work;
  }

  #labelRequest(text: string, tile: Tile) {
    const smaller = Math.min(this.#options.canvas.width, this.#options.canvas.height);
    const maxWidthPx = evenDown(tile.width - 2 * this.#margin);
    if (maxWidthPx < SMALLEST_LABELLED_TILE.width || tile.height < SMALLEST_LABELLED_TILE.height || text === '') return null;
    const fontPx = Math.round(Math.min(smaller / 30, Math.max(smaller / 48, tile.height * 0.06)));
    return { kind: 'label', text, fontPx, maxWidthPx } as const;
  }

  async #paintLogo({ image, height }: { image: AssetId; height: number }): Promise<Sprite> {
    const { spriteRenderer, canvas } = this.#options;
    const maxHeightPx = evenDown(canvas.height * height);
    const maxWidthPx = evenDown(canvas.width / 3);
    const bytes = await this.#fetch(image);
    return spriteRenderer.paint(`logo ${maxWidthPx} ${maxHeightPx} ${image}`, { kind: 'logo', bytes, maxWidthPx, maxHeightPx });
  }

  async #paintBackground(image: AssetId): Promise<Image> {
    const { spriteRenderer, canvas } = this.#options;
    const bytes = await this.#fetch(image);
    const size = { widthPx: canvas.width, heightPx: canvas.height };
    return spriteRenderer.paint(`background ${size.widthPx} ${size.heightPx} ${image}`, { kind: 'background', bytes, ...size });
  }

  async #fetch(image: AssetId): Promise<Uint8Array> {
    try {
      return await this.#options.fetchAsset(image);
    } catch (error) {
      this.#options.log.warn({ err: error, asset: image }, 'an image of the scene could not be fetched');
      throw error;
    }
  }

  #assemble(sceneState: SceneState, tiles: readonly Tile[], overlays: Overlays): RenderedScene {
    const { scene } = sceneState;
    const sourceOf = new Map(sceneState.sources.map((source) => [source.id, source]));
    return {
      version: sceneState.version,
      background: { colour: yuvOf(scene.background.colour), image: overlays.background },
      tiles: tiles.map((tile) => this.#renderTile(tile, sourceOf.get(tile.sourceId), overlays)),
      logo: scene.logo && overlays.logo ? this.#inCorner(overlays.logo, scene.logo.corner) : null,
      gains: gainsOf(sceneState),
    };
  }

  #renderTile(tile: Tile, source: ProgramSource | undefined, overlays: Overlays): RenderedTile {
    const avatar = overlays.avatars.get(tile.sourceId);
    const label = overlays.labels.get(tile.sourceId);
    return {
      ...tile,
      showsVideo: source?.hasVideo ?? false,
      colour: yuvOf(cardColourOf(tile.sourceId)),
      avatar: avatar ? centred(avatar, tile) : null,
      label: label ? this.#atBottom(label, tile, isRightToLeft(source?.name ?? '')) : null,
    };
  }

  #atBottom(sprite: Sprite, tile: Rect, isAtRight: boolean): PlacedSprite {
    const x = isAtRight ? tile.x + tile.width - this.#margin - sprite.width : tile.x + this.#margin;
    return { sprite, x, y: Math.max(tile.y, tile.y + tile.height - this.#margin - sprite.height) };
  }

  #inCorner(sprite: Sprite, corner: z.infer<typeof Corner>): PlacedSprite {
    const { canvas } = this.#options;
    const inset = 2 * this.#margin;
    return {
      sprite,
      x: corner.endsWith('left') ? inset : evenDown(canvas.width) - inset - sprite.width,
      y: corner.startsWith('top') ? inset : evenDown(canvas.height) - inset - sprite.height,
    };
  }

  get #margin(): number {
    return evenDown(Math.min(this.#options.canvas.width, this.#options.canvas.height) * MARGIN);
  }
}

/** Every source that is not hidden is heard, whether it has a tile or not. */
function gainsOf({ scene, mix, sources }: SceneState): Map<SourceId, number> {
  const hidden = new Set(scene.hidden);
  const gains = new Map<SourceId, number>();
  for (const { id, hasAudio } of sources) {
    const { gainDb, muted } = mix[id] ?? { gainDb: 0, muted: false };
    if (!hidden.has(id)) gains.set(id, muted || !hasAudio ? 0 : factorOf(gainDb));
  }
  return gains;
}

const asSceneSource = ({ id, kind }: ProgramSource): SceneSource => ({ id, kind });

function centred(sprite: Sprite, tile: Rect): PlacedSprite {
  return { sprite, x: tile.x + evenDown((tile.width - sprite.width) / 2), y: tile.y + evenDown((tile.height - sprite.height) / 2) };
}
