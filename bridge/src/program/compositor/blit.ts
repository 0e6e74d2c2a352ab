import type { Rect, Size } from '@lianmai/protocol';
import { imageOf, inPlane, type Image, type Plane } from './Canvas.js';
import { BLACK, type Yuv } from './colour.js';

/** I420, planar, stride = width. */
export interface Picture extends Size {
  data: Uint8Array;
}

/** What of a picture goes where. All numbers are even. */
export interface Placement {
  /** Part of the picture that is shown. */
  from: Rect;
  /** Part of the tile that it fills. */
  to: Rect;
}

const evenDown = (value: number) => value & ~1;
const evenSize = (value: number, max: number) => Math.min(evenDown(max), Math.max(2, Math.round(value / 2) * 2));

/** A picture that covers its tile is cropped rather than shrunk by less than this: so does its decoder (sources/video/scale.ts). */
const LEAST_SHRINK = 0.95;
/** A decoder's rounding to even numbers is not worth scaling for. */
const ROUNDING_PX = 2;

/** cover: the tile is filled, what sticks out is cropped evenly. contain: the whole picture, centred. What its decoder made for this tile is never scaled. */
export function place(picture: Size, tile: Rect, fit: 'cover' | 'contain'): Placement {
  const scale = fit === 'cover' ? coveringScale(picture, tile) : containedScale(picture, tile);
  const to = centred(tile, { width: evenSize(picture.width * scale, tile.width), height: evenSize(picture.height * scale, tile.height) });
  const whole = { x: 0, y: 0, width: evenDown(picture.width), height: evenDown(picture.height) };
  const shown = { width: evenSize(to.width / scale, whole.width), height: evenSize(to.height / scale, whole.height) };
  return { from: centred(whole, shown), to };
}

function coveringScale(picture: Size, tile: Size): number {
  const scale = Math.max(tile.width / picture.width, tile.height / picture.height);
  return scale <= 1 && scale >= LEAST_SHRINK ? 1 : scale;
}

function containedScale(picture: Size, tile: Size): number {
  const [right, bottom] = [tile.width - picture.width, tile.height - picture.height];
  const isFitted = right >= 0 && bottom >= 0 && Math.min(right, bottom) <= ROUNDING_PX;
  return isFitted ? 1 : Math.min(tile.width / picture.width, tile.height / picture.height);
}

const centred = (area: Rect, size: Size): Rect => ({
  x: area.x + evenDown((area.width - size.width) / 2),
  y: area.y + evenDown((area.height - size.height) / 2),
  ...size,
});

/** Draws a picture into a tile; bars are black. Any size of picture is drawn at once: scaled coarsely, until its decoder delivers the tile's size. */
export function drawPicture(canvas: Image, tile: Rect, picture: Picture, fit: 'cover' | 'contain'): void {
  const { from, to } = place(picture, tile, fit);
  fillAround(canvas, tile, to, BLACK);
  const source = imageOf(picture.data, picture);
  if (from.width === to.width && from.height === to.height) copyRect(canvas, to, source, from);
  else scaleRect(canvas, to, source, from);
}

export function copyRect(canvas: Image, to: Rect, source: Image, from: Pick<Rect, 'x' | 'y'>): void {
  for (let plane = 0; plane < 3; plane++) {
    copyPlane(
      canvas.planes[plane]!,
      inPlane(to, plane),
      source.planes[plane]!,
      inPlane({ ...to, ...from, width: to.width, height: to.height }, plane),
    );
  }
}

function copyPlane(target: Plane, to: Rect, source: Plane, from: Rect): void {
  let at = to.y * target.stride + to.x;
  let start = from.y * source.stride + from.x;
  if (to.width === target.stride && to.width === source.stride) {
    target.data.set(source.data.subarray(start, start + to.width * to.height), at);
    return;
  }
  for (let row = 0; row < to.height; row++) {
    target.data.set(source.data.subarray(start, start + to.width), at);
    at += target.stride;
    start += source.stride;
  }
}

/** Nearest neighbour: seen for the few frames until the decoder has changed its size. */
function scaleRect(canvas: Image, to: Rect, source: Image, from: Rect): void {
  for (let plane = 0; plane < 3; plane++)
    scalePlane(canvas.planes[plane]!, inPlane(to, plane), source.planes[plane]!, inPlane(from, plane));
}

function scalePlane(target: Plane, to: Rect, source: Plane, from: Rect): void {
  const columns = new Int32Array(to.width);
  for (let x = 0; x < to.width; x++) columns[x] = from.x + Math.floor(((x + 0.5) * from.width) / to.width);
  for (let row = 0; row < to.height; row++) {
    const at = (to.y + row) * target.stride + to.x;
    const start = (from.y + Math.floor(((row + 0.5) * from.height) / to.height)) * source.stride;
    for (let x = 0; x < to.width; x++) target.data[at + x] = source.data[start + columns[x]!]!;
  }
}

export function fillRect(canvas: Image, rect: Rect, colour: Yuv): void {
  const values = [colour.y, colour.u, colour.v] as const;
  for (let plane = 0; plane < 3; plane++) {
    const { data, stride } = canvas.planes[plane]!;
    const { x, y, width, height } = inPlane(rect, plane);
    for (let row = y; row < y + height; row++) data.fill(values[plane]!, row * stride + x, row * stride + x + width);
  }
}

/** Fills what of `outer` lies outside `inner`. */
function fillAround(canvas: Image, outer: Rect, inner: Rect, colour: Yuv): void {
  if (inner.width === outer.width && inner.height === outer.height) return;
  const right = inner.x + inner.width;
  const bottom = inner.y + inner.height;
  fillRect(canvas, { ...outer, height: inner.y - outer.y }, colour);
  fillRect(canvas, { ...outer, y: bottom, height: outer.y + outer.height - bottom }, colour);
  fillRect(canvas, { ...inner, x: outer.x, width: inner.x - outer.x }, colour);
  fillRect(canvas, { ...inner, x: right, width: outer.x + outer.width - right }, colour);
}
