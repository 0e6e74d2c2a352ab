import { SAMPLES_PER_TICK, type Size } from '@lianmai/protocol';
import { Canvas } from '../compositor/index.js';

/**
 * Raw frames kept until the encoder has encoded them; a restarted encoder gets them again. When this many wait, the machine is too slow and ticks are
 * skipped.
 */
const MAX_HELD_FRAMES = 15;
/** s16le, stereo. */
export const BYTES_PER_SAMPLE = 4;
const TICK_BYTES = SAMPLES_PER_TICK * BYTES_PER_SAMPLE;
/** Audio is kept longer than video, because a replay of it starts earlier. A power of two. */
const AUDIO_TICKS = 64;

/** One tick of audio. */
export interface AudioTick {
  bytes: Buffer;
  /** The same memory. */
  samples: Int16Array;
}

/**
 * Frames on their way through the encoder. The encoder owns a canvas until its frame has come out: until then it can be replayed to the next encoder,
 * afterwards it is drawn on again. The canvas freed last is used next, so in quiet times the same three or four stay in the CPU cache.
 */
export class FrameStore {
  readonly #size: Size;
  readonly #free: Canvas[] = [];
  readonly #held: Canvas[] = [];
  readonly #audio: readonly AudioTick[];
  /** Frame number of `#held[0]`. */
  #first: number;

  constructor(size: Size, firstFrame: number) {
    this.#size = size;
    this.#first = firstFrame;
    this.#audio = Array.from({ length: AUDIO_TICKS }, () => {
      const bytes = Buffer.alloc(TICK_BYTES);
      return { bytes, samples: new Int16Array(bytes.buffer, bytes.byteOffset, TICK_BYTES / 2) };
    });
  }

  /** Number of the next frame that is written. */
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

  /** The memory for the audio of a tick; it is reused after 64 ticks. Silent before the first frame. */
  audioOf(frame: number): AudioTick {
    return this.#audio[frame & (AUDIO_TICKS - 1)]!;
  }

  push(canvas: Canvas): void {
    this.#held.push(canvas);
  }

  canvasOf(frame: number): Canvas | undefined {
    return this.#held[frame - this.#first];
  }

  /** Frees all frames before `next`: they have come out. */
  releaseBefore(next: number): void {
    while (this.#first < next && this.#held.length > 0) {
      this.#free.push(this.#held.shift()!);
      this.#first++;
    }
  }
}
