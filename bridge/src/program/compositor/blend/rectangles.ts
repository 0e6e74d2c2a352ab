import type { Rect } from '@lianmai/protocol';
import { inPlane, type Image, type Plane } from '../Canvas.js';
import type { Yuv } from '../yuvColour.js';

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
  if (to.width === target.stride && to.width === source.stride) {
    const start = from.y * source.stride;
    target.data.set(source.data.subarray(start, start + to.width * to.height), at);
    return;
  }
  for (const row of rowsOf(source, from)) {
    target.data.set(row, at);
    at += target.stride;
  }
}

interface Rows extends Rect {
  views: readonly Uint8Array[];
}

const rowsOfPlanes = new WeakMap<Plane, Rows>();

/** The rows of a rectangle as views. They are kept for the next frame in the same memory: making 86,000 views a second took twice as long as the copying. */
function rowsOf(plane: Plane, rect: Rect): readonly Uint8Array[] {
  const kept = rowsOfPlanes.get(plane);
  if (kept && kept.x === rect.x && kept.y === rect.y && kept.width === rect.width && kept.height === rect.height) return kept.views;
  const { x, y, width, height } = rect;
  const views = Array.from({ length: height }, (_, row) => {
    const start = (y + row) * plane.stride + x;
    return plane.data.subarray(start, start + width);
  });
  rowsOfPlanes.set(plane, { x, y, width, height, views });
  return views;
}

/** Nearest neighbour: visible only for the few frames until the decoder has changed its size. */
export function scaleRect(canvas: Image, to: Rect, source: Image, from: Rect): void {
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
