import type { Rect } from '@lianmai/protocol';
import { inPlane, type Image, type Plane } from '../Canvas.js';

/** Draws into `area`, then restores its four corners, anti-aliased, so that small tiles over a large one have round corners. `radius` is even. */
export function withRoundCorners(canvas: Image, area: Rect, radius: number, draw: () => void): void {
  const corners = cornersOf(area, radius);
  const under = corners.map((corner) => canvas.planes.map((plane, index) => readPlane(plane, inPlane(corner, index))));
  draw();
  corners.forEach((corner, which) => {
    canvas.planes.forEach((plane, index) => restorePlane(plane, inPlane(corner, index), under[which]![index]!, which));
  });
}

function cornersOf({ x, y, width, height }: Rect, radius: number): Rect[] {
  const size = { width: radius, height: radius };
  const right = x + width - radius;
  const bottom = y + height - radius;
  return [
    { x, y, ...size },
    { x: right, y, ...size },
    { x, y: bottom, ...size },
    { x: right, y: bottom, ...size },
  ];
}

function readPlane({ data, stride }: Plane, { x, y, width, height }: Rect): Uint8Array {
  const copy = new Uint8Array(width * height);
  for (let row = 0; row < height; row++) copy.set(data.subarray((y + row) * stride + x, (y + row) * stride + x + width), row * width);
  return copy;
}

/** `which`: bit 0 is right, bit 1 bottom. The circle's centre is the inner end of the corner. */
function restorePlane({ data, stride }: Plane, { x, y, width, height }: Rect, under: Uint8Array, which: number): void {
  const weights = weightsOf(width);
  for (let row = 0; row < height; row++) {
    const fromTop = which & 2 ? height - 1 - row : row;
    for (let column = 0; column < width; column++) {
      const outside = weights[fromTop * width + (which & 1 ? width - 1 - column : column)]!;
      if (outside === 0) continue;
      const at = (y + row) * stride + x + column;
      data[at] = data[at]! + (under[row * width + column]! - data[at]!) * outside;
    }
  }
}

const weightsBySize = new Map<number, Float32Array>();

/** How much of each pixel lies outside the circle, for the top left corner. */
function weightsOf(size: number): Float32Array {
  let weights = weightsBySize.get(size);
  if (weights) return weights;
  weights = new Float32Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const distance = Math.hypot(size - column - 0.5, size - row - 0.5);
      weights[row * size + column] = Math.min(1, Math.max(0, distance - size + 0.5));
    }
  }
  weightsBySize.set(size, weights);
  return weights;
}
