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
