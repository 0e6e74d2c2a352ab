import { EventEmitter } from 'node:events';
import { streamKey, LianmaiError, type StreamRef } from '@lianmai/protocol';
import { Stream } from './Stream.js';
import { StreamPublisher } from './StreamPublisher.js';
import type { Publisher } from './streamContract.js';

export interface HubEvents {
  /** A new stream exists. It may not have any media yet. */
  published: [Stream];
  /** The stream ended. Its readers drain their queues, then get null. */
  unpublished: [Stream];
}

export interface PublishOptions {
  /**
   * How long the stream waits for its publisher to return, ms; readers stay and the timeline continues. Default 0: the stream ends at once.
   */
  resumeGraceMs?: number;
  /**
   * If another publisher has the stream: throw CONFLICT (default), or take over. A takeover calls the previous `onTakenOver` and drops its
   * further writes.
   */
  onTaken?: 'refuse' | 'takeover';
  onTakenOver?: () => void;
  /** false: it starts a stream of its own, so the name of one that waits for its publisher is taken (CONFLICT). Default true. */
  resumes?: boolean;
  /** Whether the standing jobs of this name (destinations, recording rule) run for this publisher. Default true. */
  runsJobs?: boolean;
  /** Names a broadcast that several publishers carry on, one after another and perhaps in other processes, as the runs of a program do. Default null. */
  broadcastId?: string | null;
}

interface PublishedStream {
  stream: Stream;
  publisher: StreamPublisher | null;
  onTakenOver: () => void;
  /** Runs while the stream waits for its publisher to return. */
  graceTimer: NodeJS.Timeout | null;
}

/** All streams of this process, by `app/name`. */
export class StreamHub extends EventEmitter<HubEvents> {
  readonly #published = new Map<string, PublishedStream>();

  constructor() {
    super();
    this.setMaxListeners(0); // each player that waits for a stream adds one listener
  }

  get(ref: StreamRef): Stream | undefined {
    return this.#published.get(streamKey(ref))?.stream;
  }

  get streams(): Stream[] {
    return [...this.#published.values()].map((published) => published.stream);
  }

  /** Resolves with the stream as soon as it exists. Rejects with the signal's reason. */
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

  /** Returns the right to write to `app/name`. Throws CONFLICT while another publisher has it, unless `onTaken` allows a takeover. */
  publish(ref: StreamRef, options: PublishOptions = {}): Publisher & { readonly stream: Stream } {
    const { resumeGraceMs = 0, onTaken = 'refuse', onTakenOver = () => undefined, resumes = true } = options;
    const existing = this.#published.get(streamKey(ref));
    if (existing?.publisher && onTaken === 'refuse')
      throw new LianmaiError('CONFLICT', undefined, { message: `${streamKey(ref)} is already being published.` });
    if (existing && !resumes)
      throw new LianmaiError('CONFLICT', undefined, { message: `${streamKey(ref)} waits for its publisher to return. Try again later.` });
    const published = existing ?? { stream: new Stream(ref, options), publisher: null, onTakenOver, graceTimer: null };
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

  /** Ends the stream at once, without a grace period. */
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
