import type { Size } from '@lianmai/protocol';
import { i420Bytes, imageOf, type Image } from '../Canvas.js';
import { uOf, yOf, vOf } from '../yuvColour.js';
import type { Sprite, SpritePlane } from '../blend/blendSprite.js';

/** RGBA, not premultiplied, as a canvas returns it. Width and height are even. */
export interface Rgba extends Size {
  data: Uint8ClampedArray;
}

/** Converts an opaque image: alpha is ignored. */
export function toImage(rgba: Rgba): Image {
  const { width, height, data } = rgba;
  const image = imageOf(new Uint8Array(new SharedArrayBuffer(i420Bytes(rgba))), rgba);
  const [luma, blue, red] = image.planes;
  for (let pixel = 0; pixel < width * height; pixel++) {
    luma.data[pixel] = Math.round(yOf(data[4 * pixel]!, data[4 * pixel + 1]!, data[4 * pixel + 2]!));
  }
  forEachBlock(rgba, (index, r, g, b, alpha) => {
    const weight = Math.max(1, alpha);
    blue.data[index] = Math.round(uOf(r / weight, g / weight, b / weight));
    red.data[index] = Math.round(vOf(r / weight, g / weight, b / weight));
  });
  return image;
}

/** Converts an image with transparency and prepares it for blending. */
export function toSprite(rgba: Rgba): Sprite {
  const { width, height, data } = rgba;
  const [luma, blue, red] = [newPlane(width * height), newPlane((width * height) >> 2), newPlane((width * height) >> 2)] as const;
  for (let pixel = 0; pixel < width * height; pixel++) {
    setPixel(luma, pixel, yOf(data[4 * pixel]!, data[4 * pixel + 1]!, data[4 * pixel + 2]!), data[4 * pixel + 3]! / 255);
  }
  forEachBlock(rgba, (index, r, g, b, alpha) => {
    const weight = Math.max(1, alpha);
    setPixel(blue, index, uOf(r / weight, g / weight, b / weight), alpha / (4 * 255));
    setPixel(red, index, vOf(r / weight, g / weight, b / weight), alpha / (4 * 255));
  });
  return { width, height, planes: [luma, blue, red] };
}

/** Size of a sprite or image in memory. */
export const bytesOf = (overlay: Sprite | Image): number =>
  overlay.planes.reduce(
    (sum, plane) => sum + ('data' in plane ? plane.data.byteLength : plane.weighted.byteLength + plane.inverse.byteLength),
    0,
  );

function newPlane(pixels: number): SpritePlane {
  return { weighted: new Uint16Array(new SharedArrayBuffer(2 * pixels)), inverse: new Uint16Array(new SharedArrayBuffer(2 * pixels)) };
}

function setPixel(plane: SpritePlane, index: number, value: number, alpha: number): void {
  const weight = Math.round(alpha * 256);
  plane.weighted[index] = Math.round(value * weight) + 128;
  plane.inverse[index] = 256 - weight;
}

/** Calls `use` for every 2x2 block, which shares one chroma sample, with the sums of its colours (weighted by alpha) and of its alphas. */
function forEachBlock({ width, height, data }: Rgba, use: (index: number, r: number, g: number, b: number, alpha: number) => void): void {
  let index = 0;
  for (let y = 0; y + 1 < height; y += 2) {
    for (let x = 0; x + 1 < width; x += 2) {
      const first = 4 * (y * width + x);
      let [r, g, b, alpha] = [0, 0, 0, 0];
      for (const at of [first, first + 4, first + 4 * width, first + 4 * width + 4]) {
        const weight = data[at + 3]!;
        r += data[at]! * weight;
        g += data[at + 1]! * weight;
        b += data[at + 2]! * weight;
        alpha += weight;
      }
      use(index++, r, g, b, alpha);
    }
  }
}
