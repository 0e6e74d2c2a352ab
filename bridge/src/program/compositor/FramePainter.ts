import type { SourceId } from '@lianmai/protocol';
import type { Frame } from '../sources/index.js';
import { copyRect, drawPicture, fillRect } from './blit.js';
import { intersects, type Canvas } from './Canvas.js';
import { withRoundCorners } from './corners.js';
import type { RenderedScene, ShownTile } from './RenderedScene.js';
import { areaOf, blend } from './sprite.js';

/** The picture that a source shows at a time; null: its card. */
export type FrameLookup = (id: SourceId) => Frame | null;

const CARD = -1;
/** Of the smaller side of an overlay tile. */
const CORNER_RADIUS = 1 / 12;

/** Draws one picture onto canvases, only what changed since each was drawn last. */
export class FramePainter {
  readonly #picture: RenderedScene;
  /** Tiles and the logo (last) that overlap are drawn together: what is under a transparent pixel must be new as well. */
  readonly #groups: readonly (readonly number[])[];
  readonly #frames: (Frame | null)[];
  readonly #dirty: boolean[];

  constructor(picture: RenderedScene) {
    this.#picture = picture;
    this.#groups = groupOverlapping(picture);
    this.#frames = picture.tiles.map(() => null);
    this.#dirty = picture.tiles.map(() => false);
  }

  paint(canvas: Canvas, frameOf: FrameLookup): void {
    const { tiles, logo } = this.#picture;
    const isNew = canvas.drawn?.picture !== this.#picture;
    if (isNew) {
      canvas.drawn = { picture: this.#picture, keys: tiles.map(() => Number.NaN) };
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
    if (logo && isLogoDirty) blend(canvas, logo);
  }

  /** One dirty tile makes everything dirty that overlaps it. Answers whether the logo is; the background under it is restored then. */
  #spreadDirt(canvas: Canvas, isNew: boolean): boolean {
    const { tiles, logo, background } = this.#picture;
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
    const { image, colour } = this.#picture.background;
    const whole = { x: 0, y: 0, width: canvas.width, height: canvas.height };
    if (image) copyRect(canvas, whole, image, whole);
    else fillRect(canvas, whole, colour);
  }
}

function paintTile(canvas: Canvas, tile: ShownTile, frame: Frame | null): void {
  const paint = () => (frame ? drawPicture(canvas, tile, frame, tile.fit) : paintCard(canvas, tile));
  if (tile.overlay)
    withRoundCorners(canvas, tile, Math.max(2, Math.round((Math.min(tile.width, tile.height) * CORNER_RADIUS) / 2) * 2), paint);
  else paint();
  if (tile.label) blend(canvas, tile.label);
}

function paintCard(canvas: Canvas, tile: ShownTile): void {
  fillRect(canvas, tile, tile.colour);
  if (tile.avatar) blend(canvas, tile.avatar);
}

/** Groups of indices (tiles, then the logo) of which one overlaps the other; those that stand alone are left out. */
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
