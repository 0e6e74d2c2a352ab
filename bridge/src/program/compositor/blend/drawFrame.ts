import type { Rect, Size } from '@lianmai/protocol';
import { imageOf, type Image } from '../Canvas.js';
import { BLACK, type Yuv } from '../yuvColour.js';
import { copyRect, fillRect, scaleRect } from './rectangles.js';

/** I420, planar, stride = width. */
export interface FramePixels extends Size {
  data: Uint8Array;
}

/** Which part of a frame goes where. All numbers are even. */
export interface Placement {
  /** The part of the frame that is shown. */
  from: Rect;
  /** The part of the tile that it fills. */
  to: Rect;
}

const evenDown = (value: number) => value & ~1;
const evenSize = (value: number, max: number) => Math.min(evenDown(max), Math.max(2, Math.round(value / 2) * 2));

/** A frame that covers its tile is cropped rather than shrunk by less than this, as its decoder does (sources/video/decodedWidth.ts). */
const LEAST_SHRINK = 0.95;
/** The decoder rounds to even numbers; that is not worth scaling for. */
const ROUNDING_PX = 2;

/** cover: fills the tile and crops the excess evenly. contain: centres the whole frame. Frames decoded for this very tile are never scaled. */
export function place(frame: Size, tile: Rect, fit: 'cover' | 'contain'): Placement {
  const scale = fit === 'cover' ? coveringScale(frame, tile) : containedScale(frame, tile);
  const to = centred(tile, { width: evenSize(frame.width * scale, tile.width), height: evenSize(frame.height * scale, tile.height) });
  const whole = { x: 0, y: 0, width: evenDown(frame.width), height: evenDown(frame.height) };
  const shown = { width: evenSize(to.width / scale, whole.width), height: evenSize(to.height / scale, whole.height) };
  return { from: centred(whole, shown), to };
}

function coveringScale(frame: Size, tile: Size): number {
  const scale = Math.max(tile.width / frame.width, tile.height / frame.height);
  return scale <= 1 && scale >= LEAST_SHRINK ? 1 : scale;
}

function containedScale(frame: Size, tile: Size): number {
  const [right, bottom] = [tile.width - frame.width, tile.height - frame.height];
  const isFitted = right >= 0 && bottom >= 0 && Math.min(right, bottom) <= ROUNDING_PX;
  return isFitted ? 1 : Math.min(tile.width / frame.width, tile.height / frame.height);
}

const centred = (area: Rect, size: Size): Rect => ({
  x: area.x + evenDown((area.width - size.width) / 2),
  y: area.y + evenDown((area.height - size.height) / 2),
  ...size,
});

/** Draws a frame into a tile, with black bars where needed. A frame of another size is scaled coarsely until its decoder delivers the right one. */
export function drawFrame(canvas: Image, tile: Rect, frame: FramePixels, fit: 'cover' | 'contain'): void {
  const { from, to } = place(frame, tile, fit);
  fillAround(canvas, tile, to, BLACK);
  const source = imageOfFrame(frame);
  if (from.width === to.width && from.height === to.height) copyRect(canvas, to, source, from);
  else scaleRect(canvas, to, source, from);
}

const imagesOfFrames = new WeakMap<Uint8Array, Image>();

/** The same image for every frame in the same memory: its planes keep what `copyRect` prepares for them. */
function imageOfFrame(frame: FramePixels): Image {
  const kept = imagesOfFrames.get(frame.data);
  if (kept?.width === frame.width && kept.height === frame.height) return kept;
  const image = imageOf(frame.data, frame);
  imagesOfFrames.set(frame.data, image);
  return image;
}

/** Fills the part of `outer` that lies outside `inner`. */
function fillAround(canvas: Image, outer: Rect, inner: Rect, colour: Yuv): void {
  if (inner.width === outer.width && inner.height === outer.height) return;
  const right = inner.x + inner.width;
  const bottom = inner.y + inner.height;
  fillRect(canvas, { ...outer, height: inner.y - outer.y }, colour);
  fillRect(canvas, { ...outer, y: bottom, height: outer.y + outer.height - bottom }, colour);
  fillRect(canvas, { ...inner, x: outer.x, width: inner.x - outer.x }, colour);
  fillRect(canvas, { ...inner, x: right, width: outer.x + outer.width - right }, colour);
}
