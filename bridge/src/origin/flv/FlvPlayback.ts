import type { ServerResponse } from 'node:http';
import { delay } from '@lianmai/kit';
import { flvFileHeader, flvTagParts } from '../../formats/index.js';
import type { MediaTag, Stream } from '../../stream/index.js';

export interface PlaybackOptions {
  /** Tags are collected for this long and written at once: what costs is the number of writes. 0: every turn of the event loop. */
  batchMs: number;
  /** What waits for a slow player before it is moved on to a key frame. */
  maxQueueBytes: number;
  maxQueueMs: number;
  /** A player that takes nothing for this long is cut off. */
  stallMs: number;
}

/** One player of a stream over HTTP, from the last key frame on; times start at 0. */
export class FlvPlayback {
  readonly #stream: Stream;
  readonly #response: ServerResponse;
  readonly #options: PlaybackOptions;
  readonly #left = new AbortController();
  #originMs: number | null = null;

  constructor(stream: Stream, response: ServerResponse, options: PlaybackOptions) {
    this.#stream = stream;
    this.#response = response;
    this.#options = options;
    response.once('close', () => this.#left.abort(new Error('player left')));
  }

  /** Resolves when the stream has ended, the player has left, or it was cut off. */
  async run(): Promise<void> {
    const { batchMs, maxQueueBytes, maxQueueMs } = this.#options;
    const signal = this.#left.signal;
    const reader = this.#stream.createReader({ name: 'http-flv', maxQueueBytes, maxQueueMs, startWithGop: true });
    try {
      this.#response.write(this.#fileHeader());
      for (let tags = await reader.read(signal); tags; tags = await reader.read(signal)) {
        if (!this.#response.write(this.#join(tags))) await this.#drained();
        if (batchMs > 0) await delay(batchMs, signal);
      }
      this.#response.end();
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      void reader.close('player left');
    }
  }

  #fileHeader(): Buffer {
    const { video, audio } = this.#stream.preamble;
    const isUnknown = !video && !audio;
    return flvFileHeader({ hasVideo: isUnknown || video !== null, hasAudio: isUnknown || audio !== null });
  }

  #join(tags: readonly MediaTag[]): Buffer {
    this.#originMs ??= tags.find((tag) => tag.kind !== 'data' && !tag.isConfig)?.dtsMs ?? null;
    return Buffer.concat(tags.flatMap((tag) => flvTagParts(tag, Math.max(0, tag.dtsMs - (this.#originMs ?? tag.dtsMs)))));
  }

  async #drained(): Promise<void> {
    const { signal } = this.#left;
    signal.throwIfAborted();
    const stall = setTimeout(() => this.#response.destroy(), this.#options.stallMs);
    await new Promise<void>((resolve) => {
      const finish = () => {
        clearTimeout(stall);
        signal.removeEventListener('abort', finish);
        this.#response.removeListener('drain', finish);
        resolve();
      };
      this.#response.once('drain', finish);
      signal.addEventListener('abort', finish, { once: true });
    });
  }
}
