import type { SourceId } from '../ids.js';
import { MAX_TILES, type LayoutName, type Scene, type SceneSource } from './scene.js';

export interface Size {
  width: number;
  height: number;
}

/** In pixels. All values are even, because I420 chroma has half the resolution. */
export interface Rect extends Size {
  x: number;
  y: number;
}

export interface Tile extends Rect {
  sourceId: SourceId;
  /** cover: fills the tile, cropping the picture; contain: whole picture with bars. */
  fit: 'cover' | 'contain';
  /** Later tiles are drawn over earlier ones. Renderers round the corners of small overlays. */
  overlay: boolean;
}

/** A person's tile stays between this and 16:9, unless the canvas is narrower. */
const MIN_ASPECT = 4 / 3;
const MAX_ASPECT = 16 / 9;
const GAP = 4 / 720;
const STRIP = 0.22;
const PIP = 0.26;

const even = (value: number) => Math.max(2, Math.round(value / 2) * 2);
const evenAt = (value: number) => Math.max(0, Math.round(value / 2) * 2);
const fitOf = (source: SceneSource) => (source.kind === 'screen' ? 'contain' : 'cover');

/** Computes the tile of every visible source. Pure: the room page, the studio's thumbnails and the compositor share it. */
export function layout(canvas: Size, scene: Pick<Scene, 'layout' | 'focus' | 'order' | 'hidden'>, sources: readonly SceneSource[]): Tile[] {
  const visible = arrange(scene, sources);
  const [first] = visible;
  if (!first) return [];
  const name = effectiveLayout(scene.layout, visible);
  const focus = chooseFocus(name, scene.focus, visible, first);
  const others = visible.filter((source) => source !== focus);
  switch (name) {
    case 'spotlight':
      return [tile(focus, whole(canvas))];
    case 'side-by-side':
      return halves(canvas, [focus, ...others].slice(0, 2));
    case 'pip':
      return pictureInPicture(canvas, focus, others.slice(0, 4));
    case 'screen':
      return withStrip(canvas, focus, others.slice(0, MAX_TILES - 1));
    default:
      return grid(whole(canvas), visible.slice(0, MAX_TILES), gapOf(canvas));
  }
}

/** Returns the visible sources in the scene's order, then in order of arrival. */
export function arrange(scene: Pick<Scene, 'order' | 'hidden'>, sources: readonly SceneSource[]): SceneSource[] {
  const hidden = new Set(scene.hidden);
  const rank = new Map(scene.order.map((id, index) => [id, index]));
  return sources
    .filter((source) => !hidden.has(source.id))
    .map((source, index) => ({ source, key: rank.get(source.id) ?? scene.order.length + index }))
    .sort((a, b) => a.key - b.key)
    .map(({ source }) => source);
}

/** Resolves `auto` to the current layout. */
export function effectiveLayout(name: LayoutName, visible: readonly SceneSource[]): Exclude<LayoutName, 'auto'> {
  if (name !== 'auto') return name;
  return visible.some((source) => source.kind === 'screen') ? 'screen' : 'grid';
}

function chooseFocus(name: LayoutName, wanted: SourceId | null, visible: readonly SceneSource[], first: SceneSource): SceneSource {
  const named = visible.find((source) => source.id === wanted);
  if (named) return named;
  const screen = name === 'screen' || name === 'pip' ? visible.find((source) => source.kind === 'screen') : undefined;
  return screen ?? first;
}

const whole = (canvas: Size): Rect => ({ x: 0, y: 0, width: even(canvas.width), height: even(canvas.height) });
const gapOf = (canvas: Size) => evenAt(GAP * Math.min(canvas.width, canvas.height));

function tile(source: SceneSource, rect: Rect, overlay = false): Tile {
  return { sourceId: source.id, fit: fitOf(source), overlay, ...rect };
}

/** Equal tiles, as large as possible, with the last row centred. A single tile fills the area. */
function grid(area: Rect, sources: readonly SceneSource[], gap: number): Tile[] {
  const only = sources[0];
  if (sources.length === 1 && only) return [tile(only, area)];
  const columns = bestColumns(area, sources.length, gap);
  const rows = Math.ceil(sources.length / columns);
  const size = tileSize(area, columns, rows, gap);
  const top = area.y + (area.height - rows * size.height - (rows - 1) * gap) / 2;
  return sources.map((source, index) => {
    const row = Math.floor(index / columns);
    const inRow = row === rows - 1 ? sources.length - row * columns : columns;
    const left = area.x + (area.width - inRow * size.width - (inRow - 1) * gap) / 2;
    return tile(source, {
      x: evenAt(left + (index - row * columns) * (size.width + gap)),
      y: evenAt(top + row * (size.height + gap)),
      ...size,
    });
  });
}

function bestColumns(area: Rect, count: number, gap: number): number {
  let best = 1;
  let bestArea = 0;
  for (let columns = 1; columns <= count; columns++) {
    const size = tileSize(area, columns, Math.ceil(count / columns), gap);
    const covered = size.width * size.height;
    if (covered > bestArea) [best, bestArea] = [columns, covered];
  }
  return best;
}

function tileSize(area: Rect, columns: number, rows: number, gap: number): Size {
  const cellWidth = (area.width - (columns - 1) * gap) / columns;
  const cellHeight = (area.height - (rows - 1) * gap) / rows;
  const minAspect = Math.min(MIN_ASPECT, area.width / area.height);
  const aspect = Math.min(MAX_ASPECT, Math.max(minAspect, cellWidth / cellHeight));
  const width = Math.min(cellWidth, cellHeight * aspect);
  return { width: floorEven(width), height: floorEven(Math.min(cellHeight, width / aspect)) };
}

const floorEven = (value: number) => Math.max(2, Math.floor(value / 2) * 2);

/** Two halves with a gap, stacked on a portrait canvas. */
function halves(canvas: Size, sources: readonly SceneSource[]): Tile[] {
  const area = whole(canvas);
  const [left, right] = sources;
  if (!left) return [];
  if (!right) return [tile(left, area)];
  const gap = gapOf(canvas);
  if (canvas.width >= canvas.height) {
    const width = floorEven((area.width - gap) / 2);
    return [tile(left, { ...area, width }), tile(right, { ...area, x: area.width - width, width })];
  }
  const height = floorEven((area.height - gap) / 2);
  return [tile(left, { ...area, height }), tile(right, { ...area, y: area.height - height, height })];
}

/** Small pictures sit in the bottom right corner and extend to the left. */
function pictureInPicture(canvas: Size, focus: SceneSource, small: readonly SceneSource[]): Tile[] {
  const area = whole(canvas);
  const margin = evenAt(Math.min(area.width, area.height) * 0.03);
  const room = (area.width - margin) / Math.max(1, small.length) - margin;
  const wanted = area.width >= area.height ? area.width * PIP : area.width * PIP * 1.4;
  const width = floorEven(Math.min(wanted, room, area.height * 0.4 * MAX_ASPECT));
  const height = floorEven((width * 9) / 16);
  const y = area.height - margin - height;
  return [
    tile(focus, area),
    ...small.map((source, index) => tile(source, { x: evenAt(area.width - (index + 1) * (width + margin)), y, width, height }, true)),
  ];
}

/** The strip is on the right of a landscape canvas or at the bottom of a portrait one. The focus fills the rest. */
function withStrip(canvas: Size, focus: SceneSource, people: readonly SceneSource[]): Tile[] {
  const area = whole(canvas);
  if (people.length === 0) return [tile(focus, area)];
  const gap = gapOf(canvas);
  if (canvas.width >= canvas.height) {
    const strip = floorEven(area.width * STRIP);
    const main = { ...area, width: area.width - strip - gap };
    return [tile(focus, main), ...grid({ ...area, x: area.width - strip, width: strip }, people, gap).map(limitAspect)];
  }
  const strip = floorEven(area.height * STRIP);
  const main = { ...area, height: area.height - strip - gap };
  return [tile(focus, main), ...grid({ ...area, y: area.height - strip, height: strip }, people, gap).map(limitAspect)];
}

/** A single person in a tall strip gets a tile of normal proportions in the middle, not a narrow slit. */
function limitAspect(one: Tile): Tile {
  const aspect = one.width / one.height;
  if (aspect < 1) {
    const height = floorEven((one.width * 3) / 4);
    return { ...one, y: evenAt(one.y + (one.height - height) / 2), height };
  }
  if (aspect <= MAX_ASPECT) return one;
  const width = floorEven(one.height * MAX_ASPECT);
  return { ...one, x: evenAt(one.x + (one.width - width) / 2), width };
}
