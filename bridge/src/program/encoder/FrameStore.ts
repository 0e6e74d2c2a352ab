import { SAMPLES_PER_TICK, type Size } from '@lianmai/protocol';
import { Canvas } from '../compositor/index.js';

/** Raw frames kept until the encoder has encoded them, so that a restarted one gets them again. With more, the machine is too slow and ticks are skipped. */
const MAX_HELD_FRAMES = 15;
/** Bytes of one tick of sound, s16le stereo. */
const TICK_BYTES = SAMPLES_PER_TICK * 4;
/** Sound is kept longer than pictures, because it is replayed from up to 16 ticks (its grid) and a warm-up earlier. A power of two. */
const SOUND_TICKS = 64;

/** One tick of sound. */
export interface Sound {
  bytes: Buffer;
  /** The same memory. */
  samples: Int16Array;
}

/**
 * Frames on their way through the encoder. A canvas is the encoder's until its frame has come out: until then it can be replayed to the next encoder, and
 * afterwards it is drawn on again. The one freed last is used next, so in quiet times the same three or four stay in the processor's cache.
 */
export class FrameStore {
  readonly #size: Size;
  readonly #free: Canvas[] = [];
  readonly #held: Canvas[] = [];
  readonly #sounds: readonly Sound[];
  /** Frame in `#held[0]`. */
  #first: number;

  constructor(size: Size, firstFrame: number) {
    this.#size = size;
    this.#first = firstFrame;
    this.#sounds = Array.from({ length: SOUND_TICKS }, () => {
      const bytes = Buffer.alloc(TICK_BYTES);
      return { bytes, samples: new Int16Array(bytes.buffer, bytes.byteOffset, TICK_BYTES / 2) };
    });
  }

  /** The frame that is written next. */
  get next(): number {
    return this.#first + this.#held.length;
  }

  /** Frames that went in and have not come out. */
  get heldFrames(): number {
    return this.#held.length;
  }

  get isFull(): boolean {
    return this.#held.length >= MAX_HELD_FRAMES;
  }

  takeCanvas(): Canvas {
    return this.#free.pop() ?? new Canvas(this.#size);
  }

  /** Where the sound of a tick is (or is to be put): valid for 64 ticks. */
  soundOf(frame: number): Sound {
    return this.#sounds[frame & (SOUND_TICKS - 1)]!;
  }

  push(canvas: Canvas): void {
    this.#held.push(canvas);
  }

  canvasOf(frame: number): Canvas | undefined {
    return this.#held[frame - this.#first];
  }

  /** Every frame before `next` has come out. */
  releaseBefore(next: number): void {
    while (this.#first < next && this.#held.length > 0) {
      this.#free.push(this.#held.shift()!);
      this.#first++;
    }
  }
}
