import type { Rect, Size } from '@lianmai/protocol';

/** One plane of an I420 picture. */
export interface Plane {
  data: Uint8Array;
  stride: number;
}

/** An I420 frame, planar and tightly packed: luma has stride = width, chroma (width + 1) / 2. */
export interface Image extends Size {
  planes: readonly [Plane, Plane, Plane];
}

export const i420Bytes = ({ width, height }: Size): number => width * height + 2 * ((width + 1) >> 1) * ((height + 1) >> 1);

/** Returns views of the three planes of packed I420. */
export function imageOf(data: Uint8Array, { width, height }: Size): Image {
  const chromaWidth = (width + 1) >> 1;
  const luma = width * height;
  const chroma = chromaWidth * ((height + 1) >> 1);
  return {
    width,
    height,
    planes: [
      { data: data.subarray(0, luma), stride: width },
      { data: data.subarray(luma, luma + chroma), stride: chromaWidth },
      { data: data.subarray(luma + chroma, luma + 2 * chroma), stride: chromaWidth },
    ],
  };
}

/** A frame buffer: it is drawn, handed to the encoder, and drawn again once its frame has come out. */
export class Canvas implements Image {
  readonly width: number;
  readonly height: number;
  /** The bytes that go down the pipe. */
  readonly data: Buffer;
  readonly planes: readonly [Plane, Plane, Plane];
  /** The scene it was drawn for and the frame number in each tile, so that only changes are drawn. */
  drawn: { scene: object; keys: number[] } | null = null;

  constructor(size: Size) {
    this.width = size.width;
    this.height = size.height;
    this.data = Buffer.allocUnsafeSlow(i420Bytes(size));
    this.planes = imageOf(new Uint8Array(this.data.buffer), size).planes;
  }
}

/** Maps a rectangle with even numbers to a plane: in chroma planes everything is half as large. */
export const inPlane = (rect: Rect, plane: number): Rect =>
  plane === 0 ? rect : { x: rect.x >> 1, y: rect.y >> 1, width: rect.width >> 1, height: rect.height >> 1 };

export const intersects = (a: Rect, b: Rect): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
