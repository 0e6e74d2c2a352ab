import { makeTag } from '../../media/formats/index.js';
import type { MediaTag } from './streamContract.js';

/** Per tag: kind (1), time as a double (8), body length (4). */
const HEAD_BYTES = 1 + 8 + 4;
const KINDS: readonly MediaTag['kind'][] = ['video', 'audio', 'data'];

/**
 * Packs tags into one transferable buffer: moving it to another thread copies nothing, and cloning objects 30 times a second would cost
 * more.
 */
export function encodeTags(tags: readonly MediaTag[]): ArrayBuffer {
  const packed = Buffer.allocUnsafeSlow(tags.reduce((sum, tag) => sum + HEAD_BYTES + tag.body.length, 0));
  let at = 0;
  for (const { kind, dtsMs, body } of tags) {
    at = packed.writeUInt8(KINDS.indexOf(kind), at);
    at = packed.writeDoubleLE(dtsMs, at);
    at = packed.writeUInt32LE(body.length, at);
    at += body.copy(packed, at);
  }
  return packed.buffer;
}

/** Returns tags whose bodies are views of `bytes`. */
export function decodeTags(bytes: ArrayBuffer): MediaTag[] {
  const packed = Buffer.from(bytes);
  const tags: MediaTag[] = [];
  for (let at = 0; at < packed.length;) {
    const body = packed.subarray(at + HEAD_BYTES, at + HEAD_BYTES + packed.readUInt32LE(at + 9));
    tags.push(makeTag(KINDS[packed.readUInt8(at)]!, packed.readDoubleLE(at + 1), body));
    at += HEAD_BYTES + body.length;
  }
  return tags;
}

/**
 * Batches encoded media into one delivery per video frame, because each delivery wakes another thread. Audio waits for the next frame, at
 * most 33 ms.
 */
export class TagBatcher {
  readonly #deliver: (bytes: ArrayBuffer) => void;
  #waiting: MediaTag[] = [];

  constructor(deliver: (bytes: ArrayBuffer) => void) {
    this.#deliver = deliver;
  }

  add(tags: readonly MediaTag[]): void {
    this.#waiting.push(...tags);
    if (tags.some((tag) => tag.kind === 'video')) this.flush();
  }

  flush(): void {
    const tags = this.#waiting;
    this.#waiting = [];
    if (tags.length > 0) this.#deliver(encodeTags(tags));
  }
}
