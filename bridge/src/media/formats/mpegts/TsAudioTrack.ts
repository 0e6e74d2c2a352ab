import { type FlvTag, makeMediaTag } from '../flv/index.js';
import type { FrameFormat } from './audioFrames.js';
import { msOf, type SoundFrame, type TimedPes, type Track } from './tsTrack.js';

const HEADER_BYTES = 7;

/** Audio in frames with a sync word: AAC in ADTS or LATM, and MP3. A PES may hold several frames, and frames may span PES. */
export class TsAudioTrack implements Track {
  readonly #format: FrameFormat;
  /** Start of a frame that the next PES completes: less than one frame. */
  #rest = Buffer.alloc(0);
  #next90k: number | null = null;
  #config: Buffer | null = null;

  constructor(format: FrameFormat) {
    this.#format = format;
  }

  push({ pts90k, payload }: TimedPes): FlvTag[] {
    const restBytes = this.#rest.length;
    const bytes = restBytes === 0 ? payload : Buffer.concat([this.#rest, payload]);
    const tags: FlvTag[] = [];
    let at = 0;
    let isTimed = pts90k === null;
    for (;;) {
      const start = this.#findFrame(bytes, at);
      at = start.at;
      if (start.frameBytes === 0 || at + start.frameBytes > bytes.length) break;
      // The time of a PES is that of the first frame that starts in it.
      if (!isTimed && at >= restBytes) {
        this.#next90k = pts90k;
        isTimed = true;
      }
      const frame = this.#format.open(bytes.subarray(at, at + start.frameBytes));
      if (frame) this.#emit(frame, tags);
      at += start.frameBytes;
    }
    this.#rest = Buffer.from(bytes.subarray(at));
    if (!isTimed && at >= restBytes) this.#next90k = pts90k;
    return tags;
  }

  /** Finds the next header from `from` on. Without a length, it says where to continue once more bytes have arrived. */
  #findFrame(bytes: Buffer, from: number): { at: number; frameBytes: number } {
    const { sync, lengthOf } = this.#format;
    for (let at = bytes.indexOf(sync.first, from); at >= 0; at = bytes.indexOf(sync.first, at + 1)) {
      if (at + HEADER_BYTES > bytes.length) return { at, frameBytes: 0 };
      if (!this.#couldStart(bytes, at)) continue;
      const frameBytes = lengthOf(bytes.subarray(at, at + HEADER_BYTES + 2));
      const next = at + frameBytes;
      // In sync, a frame is followed by a frame; this exposes a sync word inside data.
      if (frameBytes > 0 && (next + 2 > bytes.length || this.#couldStart(bytes, next))) return { at, frameBytes };
    }
    return { at: bytes.length, frameBytes: 0 };
  }

  #couldStart(bytes: Buffer, at: number): boolean {
    const { first, second, mask } = this.#format.sync;
    return bytes[at] === first && ((bytes[at + 1] ?? 0) & mask) === second;
  }

  #emit({ data, sampleRate, samples, config }: SoundFrame, tags: FlvTag[]): void {
    const { codec } = this.#format;
    const time90k = this.#next90k;
    if (time90k === null) return;
    this.#next90k = time90k + (samples * 90_000) / sampleRate;
    const dtsMs = msOf(time90k);
    if (config && !this.#config?.equals(config)) tags.push(makeMediaTag({ codec, dtsMs, data: config, isConfig: true }));
    this.#config = config;
    tags.push(makeMediaTag({ codec, dtsMs, data }));
  }
}
