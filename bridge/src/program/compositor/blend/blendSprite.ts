import type { Rect, Size } from '@lianmai/protocol';
import { inPlane, type Image, type Plane } from '../Canvas.js';

/** One plane of a sprite. Blending is result = (under x inverse + weighted) >> 8: one multiplication per pixel. */
export interface SpritePlane {
  /** colour x alpha + 128, alpha 0..256. */
  weighted: Uint16Array;
  /** 256 - alpha. */
  inverse: Uint16Array;
}

/** An image with transparency, ready to be blended into I420. Width and height are even; threads share its arrays. */
export interface Sprite extends Size {
  planes: readonly [SpritePlane, SpritePlane, SpritePlane];
}

export interface PlacedSprite {
  sprite: Sprite;
  /** Even. */
  x: number;
  y: number;
}

export const areaOf = ({ sprite, x, y }: PlacedSprite): Rect => ({ x, y, width: sprite.width, height: sprite.height });

/** Blends a sprite that lies entirely on the canvas. */
export function blendSprite(canvas: Image, placed: PlacedSprite): void {
  for (let plane = 0; plane < 3; plane++) blendPlane(canvas.planes[plane]!, inPlane(areaOf(placed), plane), placed.sprite.planes[plane]!);
}

function blendPlane({ data, stride }: Plane, area: Rect, { weighted, inverse }: SpritePlane): void {
  let from = 0;
  for (let row = area.y; row < area.y + area.height; row++) {
    let at = row * stride + area.x;
    const end = at + area.width;
    while (at < end) {
      data[at] = (data[at]! * inverse[from]! + weighted[from]!) >> 8;
      at++;
      from++;
    }
  }
}
