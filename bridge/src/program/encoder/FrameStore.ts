import { SAMPLES_PER_TICK, type Size } from '@lianmai/protocol';
import { Canvas } from '../compositor/index.js';

/** Bytes of one tick of audio, s16le stereo. */
export const TICK_BYTES = SAMPLES_PER_TICK * 4;
/** A replay starts up to 16 ticks (the AAC grid) plus a warm-up before the newest audio. A power of two, like every size it grows to. */
const AUDIO_TICKS = 64;

/** One tick of audio. */
export interface AudioTick {
  bytes: Buffer;
  /** The same memory. */
  samples: Int16Array;
}

/** A picture that has not come out. */
export interface HeldPicture {
  frame: number;
  canvas: Canvas;
}

/**
 * Ticks on their way through the encoder: each has audio, and a picture unless it was left out. The encoder owns a canvas until its picture has come out: until
 * then it can be replayed to the next encoder, afterwards it is drawn on again. The canvas freed last is used next, so in quiet times the same three or four
 * stay in the CPU cache. Audio is held as long as a replay needs it, however long that is.
 */
export class FrameStore {
  readonly #size: Size;
  readonly #free: Canvas[] = [];
  readonly #held: HeldPicture[] = [];
  #audio: AudioTick[] = Array.from({ length: AUDIO_TICKS }, createAudioTick);
  /** The first tick whose audio is still needed. */
  #audioFrom: number;
  #next: number;

  constructor(size: Size, firstFrame: number) {
    this.#size = size;
    this.#audioFrom = firstFrame;
    this.#next = firstFrame;
  }

  /** Number of the next tick that is written. */
  get next(): number {
    return this.#next;
  }

  /** Pictures that went in and have not come out, oldest first. */
  get held(): readonly HeldPicture[] {
    return this.#held;
  }

  /** The first picture that has not come out; the next one, if all have. */
  get nextPicture(): number {
    return this.#held[0]?.frame ?? this.#next;
  }

  takeCanvas(): Canvas {
    return this.#free.pop() ?? new Canvas(this.#size);
  }

  /** Memory for the audio of the next tick. */
  takeAudio(): AudioTick {
    if (this.#next - this.#audioFrom >= this.#audio.length) this.#grow();
    return this.audioOf(this.#next);
  }

  /** The audio of a tick that is held. */
  audioOf(frame: number): AudioTick {
    return this.#audio[frame & (this.#audio.length - 1)]!;
  }

  /** The next tick is complete; null: without a picture. */
  push(canvas: Canvas | null): void {
    if (canvas) this.#held.push({ frame: this.#next, canvas });
    this.#next++;
  }

  /** Frees the pictures before `nextPicture`, which have come out, and the audio before `audioFrom`. */
  release(nextPicture: number, audioFrom: number): void {
    this.#audioFrom = Math.max(this.#audioFrom, audioFrom);
    for (let first = this.#held[0]; first && first.frame < nextPicture; first = this.#held[0]) {
      this.#free.push(first.canvas);
      this.#held.shift();
    }
  }

  #grow(): void {
    const grown = Array.from({ length: 2 * this.#audio.length }, createAudioTick);
    for (let frame = this.#audioFrom; frame < this.#next; frame++) grown[frame & (grown.length - 1)] = this.audioOf(frame);
    this.#audio = grown;
  }
}

function createAudioTick(): AudioTick {
  const bytes = Buffer.alloc(TICK_BYTES);
  return { bytes, samples: new Int16Array(bytes.buffer, bytes.byteOffset, TICK_BYTES / 2) };
}
