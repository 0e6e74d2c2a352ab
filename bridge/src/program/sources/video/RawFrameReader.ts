import { copyInto, type ByteSink } from '../../../media/ffmpeg/index.js';
import type { FramePool } from './FramePool.js';

/** FFmpeg's report on a frame before it writes it. */
export interface FrameInfo {
  pts: number;
  width: number;
  height: number;
}

export interface RawFrame extends FrameInfo {
  /** I420, planar, stride = width. */
  data: Uint8Array;
}

/** Until the first size is known. */
const FIRST_GUESS_BYTES = 1 << 16;
const SHOWINFO = /\bpts:\s*(-?\d+|NOPTS)\b.*\bs:(\d+)x(\d+)\b/;

/** Parses a line of the showinfo filter; returns null for other lines. `pts` is NaN where FFmpeg has none. */
export function parseShowinfo(line: string): FrameInfo | null {
  const match = line.includes('showinfo') ? SHOWINFO.exec(line) : null;
  return match ? { pts: Number(match[1]), width: Number(match[2]), height: Number(match[3]) } : null;
}

const byteLengthOf = ({ width, height }: FrameInfo) => width * height + 2 * Math.ceil(width / 2) * Math.ceil(height / 2);

/**
 * Cuts a decoder's raw output into frames and reads each straight into its own memory. Sizes come through another pipe (stderr), possibly after the first
 * bytes, so each frame is assumed to be as large as the last one and its bytes are moved if it is not.
 */
export class RawFrameReader implements ByteSink {
  readonly #pool: FramePool;
  readonly #onFrame: (frame: RawFrame) => void;
  readonly #announced: FrameInfo[] = [];
  /** Full, but its size has not been announced. */
  #ahead: Uint8Array[] = [];
  #current: Uint8Array = new Uint8Array(FIRST_GUESS_BYTES);
  #filledBytes = 0;
  /** What the last `buffer()` handed out: bytes land there even if `#current` has changed since. */
  #given: Uint8Array = this.#current;

  constructor(pool: FramePool, onFrame: (frame: RawFrame) => void) {
    this.#pool = pool;
    this.#onFrame = onFrame;
  }

  announce(info: FrameInfo): void {
    this.#announced.push(info);
    this.#deliver();
  }

  buffer(): Uint8Array {
    if (this.#filledBytes === this.#current.length) this.#next();
    this.#given = this.#current.subarray(this.#filledBytes);
    return this.#given;
  }

  filled(byteLength: number): void {
    const isInPlace =
      this.#given.buffer === this.#current.buffer && this.#given.byteOffset === this.#current.byteOffset + this.#filledBytes;
    if (isInPlace) this.#filledBytes += byteLength;
    else copyInto(this.#given.subarray(0, byteLength), { buffer: () => this.#room(), filled: (count) => (this.#filledBytes += count) });
    this.#deliver();
  }

  #room(): Uint8Array {
    if (this.#filledBytes === this.#current.length) this.#next();
    return this.#current.subarray(this.#filledBytes);
  }

  /** A frame is complete, or seems to be. */
  #next(): void {
    this.#ahead.push(this.#current);
    this.#current = this.#pool.take(this.#current.length);
    this.#filledBytes = 0;
  }

  #deliver(): void {
    for (let info = this.#announced[0]; info; info = this.#announced[0]) {
      const byteLength = byteLengthOf(info);
      const expected = this.#ahead[0] ?? this.#current;
      if (expected.length !== byteLength) this.#reflow(byteLength);
      const data = this.#ahead.shift() ?? this.#takeCurrent();
      if (!data) return;
      this.#announced.shift();
      this.#onFrame({ ...info, data });
    }
  }

  #takeCurrent(): Uint8Array | null {
    if (this.#filledBytes < this.#current.length) return null;
    const data = this.#current;
    this.#current = this.#pool.take(byteLengthOf(this.#announced[1] ?? this.#announced[0] ?? { pts: 0, width: 2, height: 2 }));
    this.#filledBytes = 0;
    return data;
  }

  /** The guess was wrong: distributes the bytes read so far again. */
  #reflow(byteLength: number): void {
    const read = [...this.#ahead, this.#current.subarray(0, this.#filledBytes)];
    this.#ahead = [];
    this.#current = this.#pool.take(byteLength);
    this.#filledBytes = 0;
    for (const bytes of read) copyInto(bytes, { buffer: () => this.#room(), filled: (count) => (this.#filledBytes += count) });
  }
}
