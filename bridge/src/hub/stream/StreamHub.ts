import { EventEmitter } from 'node:events';
import { streamKey, LianmaiError, type StreamRef } from '@lianmai/protocol';
import { Stream } from './Stream.js';
import { StreamPublisher } from './StreamPublisher.js';
import type { Publisher } from './streamContract.js';

export interface HubEvents {
  /** A stream has come into being; nothing may have been written to it yet. */
  published: [Stream];
  /** It has ended: its readers get what they have queued, then null. */
  unpublished: [Stream];
}

export interface PublishOptions {
  /** After its publisher has left, the stream is kept this long for the next one, ms: readers stay, the timeline goes on. Default 0: it ends at once. */
  resumeGraceMs?: number;
  /** Another publisher has the stream: be refused (default), or take it over; that one's `onTakenOver` is called and what it still writes is dropped. */
  onTaken?: 'refuse' | 'takeover';
  onTakenOver?: () => void;
}

interface PublishedStream {
  stream: Stream;
  publisher: StreamPublisher | null;
  onTakenOver: () => void;
  /** Runs while there is no publisher and the stream is kept. */
  graceTimer: NodeJS.Timeout | null;
}

/** All streams of this process, by `app/name`. */
export class StreamHub extends EventEmitter<HubEvents> {
  readonly #published = new Map<string, PublishedStream>();

  constructor() {
    super();
    this.setMaxListeners(0); // one listener a player that waits for its stream
  }

  get(ref: StreamRef): Stream | undefined {
    return this.#published.get(streamKey(ref))?.stream;
  }

  get streams(): Stream[] {
    return [...this.#published.values()].map((published) => published.stream);
  }

  /** The stream, as soon as there is one under this name; rejects with the signal's reason. */
  whenPublished(ref: StreamRef, signal: AbortSignal): Promise<Stream> {
    const existing = this.get(ref);
    if (existing) return Promise.resolve(existing);
    return new Promise((resolve, reject) => {
      const finish = () => {
        this.off('published', onPublished);
        signal.removeEventListener('abort', onAbort);
      };
      const onPublished = (stream: Stream) => {
        if (stream.key !== streamKey(ref)) return;
        finish();
        resolve(stream);
      };
      const onAbort = () => {
        finish();
        reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
      };
      if (signal.aborted) return onAbort();
      this.on('published', onPublished);
      signal.addEventListener('abort', onAbort);
    });
  }

  /** The right to write to `app/name`. Throws CONFLICT while somebody else has it, unless it may be taken over. */
  publish(ref: StreamRef, options: PublishOptions = {}): Publisher & { readonly stream: Stream } {
    const { resumeGraceMs = 0, onTaken = 'refuse', onTakenOver = () => undefined } = options;
    const existing = this.#published.get(streamKey(ref));
    if (existing?.publisher && onTaken === 'refuse')
      throw new LianmaiError('CONFLICT', undefined, { message: `${streamKey(ref)} is being published already.` });
    const published = existing ?? { stream: new Stream(ref), publisher: null, onTakenOver, graceTimer: null };
    if (published.graceTimer) clearTimeout(published.graceTimer);
    published.graceTimer = null;
    const earlier = published.publisher ? published.onTakenOver : null;
    const publisher: StreamPublisher = new StreamPublisher(published.stream, (isFinal) =>
      this.#release(published, publisher, isFinal ? 0 : resumeGraceMs),
    );
    Object.assign(published, { publisher, onTakenOver });
    published.stream.hasPublisher = true;
    if (!existing) {
      this.#published.set(published.stream.key, published);
      this.emit('published', published.stream);
    }
    earlier?.();
    return publisher;
  }

  /** At once: nobody may come back to it. */
  end(ref: StreamRef, reason: string): void {
    const published = this.#published.get(streamKey(ref));
    published?.publisher?.close(reason, true);
    if (published && this.#published.get(published.stream.key) === published) this.#end(published);
  }

  close(reason: string): void {
    for (const published of [...this.#published.values()]) {
      published.publisher?.close(reason);
      if (this.#published.has(published.stream.key)) this.#end(published);
    }
  }

  #release(published: PublishedStream, publisher: StreamPublisher, resumeGraceMs: number): void {
    if (published.publisher !== publisher) return;
    published.publisher = null;
    published.stream.hasPublisher = false;
    if (resumeGraceMs <= 0) this.#end(published);
    else published.graceTimer = setTimeout(() => this.#end(published), resumeGraceMs);
  }

  #end(published: PublishedStream): void {
    if (published.graceTimer) clearTimeout(published.graceTimer);
    this.#published.delete(published.stream.key);
    published.stream.end();
    this.emit('unpublished', published.stream);
  }
}
