import type { SourceId } from '@lianmai/protocol';
import type { Frame } from '../../sources/index.js';
import { drawFrame } from './drawFrame.js';
import { copyRect, fillRect } from './rectangles.js';
import { intersects, type Canvas } from '../Canvas.js';
import { withRoundCorners } from './roundCorners.js';
import type { RenderedScene, RenderedTile } from '../RenderedScene.js';
import { areaOf, blendSprite } from './blendSprite.js';

/** Returns the frame that a source shows now, or null for its card. */
export type FrameOf = (id: SourceId) => Frame | null;

const CARD = -1;
/** Relative to the shorter side of an overlay tile. */
const CORNER_RADIUS = 1 / 12;

/** Paints one scene onto canvases, each time only what has changed since that canvas was last painted. */
export class FramePainter {
  readonly #scene: RenderedScene;
  /** Overlapping tiles (and the logo, last) are repainted together: what lies under a transparent pixel must be fresh too. */
  readonly #groups: readonly (readonly number[])[];
  readonly #frames: (Frame | null)[];
  readonly #dirty: boolean[];

  constructor(scene: RenderedScene) {
    this.#scene = scene;
    this.#groups = groupOverlapping(scene);
    this.#frames = scene.tiles.map(() => null);
    this.#dirty = scene.tiles.map(() => false);
  }

  paint(canvas: Canvas, frameOf: FrameOf): void {
    const { tiles, logo } = this.#scene;
    const isNew = canvas.drawn?.scene !== this.#scene;
    if (isNew) {
      canvas.drawn = { scene: this.#scene, keys: tiles.map(() => Number.NaN) };
      this.#paintBackground(canvas);
    }
    const keys = canvas.drawn!.keys;
    tiles.forEach((tile, index) => {
      const frame = tile.showsVideo ? frameOf(tile.sourceId) : null;
      const key = frame?.sequence ?? CARD;
      this.#frames[index] = frame;
      this.#dirty[index] = key !== keys[index];
      keys[index] = key;
    });
    const isLogoDirty = this.#spreadDirt(canvas, isNew);
    tiles.forEach((tile, index) => {
      if (this.#dirty[index]) paintTile(canvas, tile, this.#frames[index] ?? null);
    });
    if (logo && isLogoDirty) blendSprite(canvas, logo);
  }

  /** Marks everything that overlaps a dirty tile as dirty. Returns whether the logo is dirty; if so, the background under it has been restored. */
  #spreadDirt(canvas: Canvas, isNew: boolean): boolean {
    const { tiles, logo, background } = this.#scene;
    let isLogoDirty = isNew;
    for (const group of this.#groups) {
      if (!group.some((index) => this.#dirty[index])) continue;
      for (const index of group) {
        if (index < tiles.length) this.#dirty[index] = true;
        else isLogoDirty = true;
      }
    }
    if (logo && isLogoDirty && !isNew) {
      const area = areaOf(logo);
      if (background.image) copyRect(canvas, area, background.image, area);
      else fillRect(canvas, area, background.colour);
    }
    return isLogoDirty;
  }

  #paintBackground(canvas: Canvas): void {
    const { image, colour } = this.#scene.background;
    const whole = { x: 0, y: 0, width: canvas.width, height: canvas.height };
    if (image) copyRect(canvas, whole, image, whole);
    else fillRect(canvas, whole, colour);
  }
}

function paintTile(canvas: Canvas, tile: RenderedTile, frame: Frame | null): void {
  const paint = () => (frame ? drawFrame(canvas, tile, frame, tile.fit) : paintCard(canvas, tile));
  if (tile.overlay)
    withRoundCorners(canvas, tile, Math.max(2, Math.round((Math.min(tile.width, tile.height) * CORNER_RADIUS) / 2) * 2), paint);
  else paint();
  if (tile.label) blendSprite(canvas, tile.label);
}

function paintCard(canvas: Canvas, tile: RenderedTile): void {
  fillRect(canvas, tile, tile.colour);
  if (tile.avatar) blendSprite(canvas, tile.avatar);
}

/** Groups the indices of overlapping areas (tiles, then the logo). Areas that overlap nothing are left out. */
function groupOverlapping({ tiles, logo }: RenderedScene): number[][] {
  const areas = [...tiles, ...(logo ? [areaOf(logo)] : [])];
  const groupOf = areas.map((_, index) => index);
  for (let a = 0; a < areas.length; a++) {
    for (let b = a + 1; b < areas.length; b++) {
      const [one, other] = [groupOf[a]!, groupOf[b]!];
      if (one !== other && intersects(areas[a]!, areas[b]!)) groupOf.forEach((group, index) => group === other && (groupOf[index] = one));
    }
  }
  const groups = new Map<number, number[]>();
  groupOf.forEach((group, index) => groups.set(group, [...(groups.get(group) ?? []), index]));
  return [...groups.values()].filter((group) => group.length > 1);
}
