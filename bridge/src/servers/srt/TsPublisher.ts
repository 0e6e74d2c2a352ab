import { TsDemuxer } from '../../media/formats/index.js';
import { encodeTags, type MediaTag } from '../../hub/stream/index.js';

/** Bytes that the main thread has not written yet. Beyond this, frames are dropped until it catches up and the next key frame arrives. */
const MAX_BYTES_IN_TRANSIT = 32 * 1024 * 1024;
/** A publisher without media for this long is disconnected, since it blocks the stream's name. */
const MAX_IDLE_US = 30_000_000;

/**
 * Runs in the SRT thread: demuxes one publisher's MPEG-TS into tags. Delivers once per tick, because each delivery wakes the main thread.
 */
export class TsPublisher {
  readonly #demuxer = new TsDemuxer();
  readonly #post: (bytes: ArrayBuffer) => void;
  #tags: MediaTag[] = [];
  #bytesInTransit = 0;
  #isSkipping = false;
  #mediaUs: number;

  constructor(post: (bytes: ArrayBuffer) => void, nowUs: number) {
    this.#post = post;
    this.#mediaUs = nowUs;
  }

  push(payload: Buffer): void {
    for (const tag of this.#demuxer.push(payload)) if (this.#isWanted(tag)) this.#tags.push(tag);
  }

  acknowledge(bytes: number): void {
    this.#bytesInTransit -= bytes;
  }

  tick(nowUs: number): void {
    if (this.#tags.length === 0) return;
    this.#mediaUs = nowUs;
    this.#flush();
  }

  isIdle(nowUs: number): boolean {
    return nowUs - this.#mediaUs > MAX_IDLE_US;
  }

  end(): void {
    for (const tag of this.#demuxer.flush()) if (this.#isWanted(tag)) this.#tags.push(tag);
    if (this.#tags.length > 0) this.#flush();
  }

  #flush(): void {
    const bytes = encodeTags(this.#tags);
    this.#tags = [];
    this.#bytesInTransit += bytes.byteLength;
    this.#post(bytes);
  }

  #isWanted(tag: MediaTag): boolean {
    if (this.#bytesInTransit > MAX_BYTES_IN_TRANSIT) this.#isSkipping = true;
    else if (tag.isKeyFrame) this.#isSkipping = false;
    return !this.#isSkipping || tag.isConfig;
  }
}
