import { buildAacConfig, parseAdts } from '../aac.js';
import type { FlvTag } from '../flv.js';
import { makeMediaTag } from '../mediaBody.js';
import { parseMp3Header } from '../mp3.js';
import { msOf, type TimedPes, type Track } from './track.js';

interface Frame {
  /** With its header. */
  frameBytes: number;
  /** What is taken off in front. */
  headerBytes: number;
  sampleRate: number;
  samples: number;
  /** Configuration record; null: the codec has none. */
  config: Buffer | null;
}

/** Header at the start of the bytes; null: there is none. */
type ReadFrame = (bytes: Buffer) => Frame | null;

const readAdts: ReadFrame = (bytes) => {
  const header = parseAdts(bytes);
  if (!header) return null;
  const { frameBytes, headerBytes, sampleRate } = header;
  return { frameBytes, headerBytes, sampleRate, samples: 1024, config: buildAacConfig(header) };
};

const readMp3: ReadFrame = (bytes) => {
  const header = parseMp3Header(bytes);
  return header && { ...header, headerBytes: 0, samples: header.samplesPerFrame, config: null };
};

const HEADER_BYTES = 7;

/** Sound in frames that carry a sync word: AAC in ADTS, and MP3. Frames may be cut by PES, several may stand in one. */
export class AudioFrameTrack implements Track {
  readonly #codec: 'aac' | 'mp3';
  readonly #read: ReadFrame;
  /** Start of a frame that the next PES finishes: less than one frame. */
  #rest = Buffer.alloc(0);
  #next90k: number | null = null;
  #config: Buffer | null = null;

  constructor(codec: 'aac' | 'mp3') {
    this.#codec = codec;
    this.#read = codec === 'aac' ? readAdts : readMp3;
  }

  push({ pts90k, payload }: TimedPes): FlvTag[] {
    const restBytes = this.#rest.length;
    const bytes = restBytes === 0 ? payload : Buffer.concat([this.#rest, payload]);
    const tags: FlvTag[] = [];
    let at = 0;
    let isTimed = pts90k === null;
    for (;;) {
      const start = this.#findFrame(bytes, at);
      const frame = start.frame;
      at = start.at;
      if (!frame || at + frame.frameBytes > bytes.length) break;
      // The time of a PES is that of the first frame that starts in it.
      if (!isTimed && at >= restBytes) {
        this.#next90k = pts90k;
        isTimed = true;
      }
      this.#emit(frame, bytes.subarray(at + frame.headerBytes, at + frame.frameBytes), tags);
      at += frame.frameBytes;
    }
    this.#rest = Buffer.from(bytes.subarray(at));
    if (!isTimed && at >= restBytes) this.#next90k = pts90k;
    return tags;
  }

  /** The next header from `from` on; without a frame: where to go on when more bytes have come. */
  #findFrame(bytes: Buffer, from: number): { at: number; frame: Frame | null } {
    for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
      if (at + HEADER_BYTES > bytes.length) return { at, frame: null };
      const frame = this.#read(bytes.subarray(at, at + 9));
      const next = at + (frame?.frameBytes ?? 0);
      // In step, what follows a frame is a frame: a sync word inside of data is found out by that.
      if (frame && (next + 2 > bytes.length || this.#couldStart(bytes, next))) return { at, frame };
    }
    return { at: bytes.length, frame: null };
  }

  #couldStart(bytes: Buffer, at: number): boolean {
    return bytes[at] === 0xff && ((bytes[at + 1] ?? 0) & 0xe0) === 0xe0;
  }

  #emit({ sampleRate, samples, config }: Frame, data: Buffer, tags: FlvTag[]): void {
    const time90k = this.#next90k;
    if (time90k === null) return;
    this.#next90k = time90k + (samples * 90_000) / sampleRate;
    const dtsMs = msOf(time90k);
    if (config && !this.#config?.equals(config)) tags.push(makeMediaTag({ codec: this.#codec, dtsMs, data: config, isConfig: true }));
    this.#config = config;
    tags.push(makeMediaTag({ codec: this.#codec, dtsMs, data }));
  }
}
