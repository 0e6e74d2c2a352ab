import { EventEmitter } from 'node:events';
import { streamKey, LianmaiError, type StreamRef } from '@lianmai/protocol';
import type { MediaTag, Publisher } from './contract.js';
import { Stream } from './Stream.js';

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

interface Entry {
  stream: Stream;
  publisher: StreamPublisher | null;
  onTakenOver: () => void;
  /** Runs while there is no publisher and the stream is kept. */
  grace: NodeJS.Timeout | null;
}

/** All streams of this process, by `app/name`. */
export class StreamHub extends EventEmitter<HubEvents> {
  readonly #entries = new Map<string, Entry>();

  constructor() {
    super();
    this.setMaxListeners(0); // one listener a player that waits for its stream
  }

  get(id: StreamRef): Stream | undefined {
    return this.#entries.get(streamKey(id))?.stream;
  }

  get streams(): Stream[] {
    return [...this.#entries.values()].map((entry) => entry.stream);
  }

  /** The stream, as soon as there is one under this name; rejects with the signal's reason. */
  whenPublished(id: StreamRef, signal: AbortSignal): Promise<Stream> {
    const existing = this.get(id);
    if (existing) return Promise.resolve(existing);
    return new Promise((resolve, reject) => {
      const finish = () => {
        this.off('published', onPublished);
        signal.removeEventListener('abort', onAbort);
      };
      const onPublished = (stream: Stream) => {
        if (stream.key !== streamKey(id)) return;
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
  publish(id: StreamRef, options: PublishOptions = {}): Publisher & { readonly stream: Stream } {
    const { resumeGraceMs = 0, onTaken = 'refuse', onTakenOver = () => undefined } = options;
    const existing = this.#entries.get(streamKey(id));
    if (existing?.publisher && onTaken === 'refuse')
      throw new LianmaiError('CONFLICT', undefined, { message: `${streamKey(id)} is being published already.` });
    const entry = existing ?? { stream: new Stream(id), publisher: null, onTakenOver, grace: null };
    if (entry.grace) clearTimeout(entry.grace);
    entry.grace = null;
    const earlier = entry.publisher ? entry.onTakenOver : null;
    const publisher: StreamPublisher = new StreamPublisher(entry.stream, (isFinal) =>
      this.#release(entry, publisher, isFinal ? 0 : resumeGraceMs),
    );
    Object.assign(entry, { publisher, onTakenOver });
    entry.stream.hasPublisher = true;
    if (!existing) {
      this.#entries.set(entry.stream.key, entry);
      this.emit('published', entry.stream);
    }
    earlier?.();
    return publisher;
  }

  /** At once: nobody may come back to it. */
  end(id: StreamRef, reason: string): void {
    const entry = this.#entries.get(streamKey(id));
    entry?.publisher?.close(reason, true);
    if (entry && this.#entries.get(entry.stream.key) === entry) this.#end(entry);
  }

  close(reason: string): void {
    for (const entry of [...this.#entries.values()]) {
      entry.publisher?.close(reason);
      if (this.#entries.has(entry.stream.key)) this.#end(entry);
    }
  }

  #release(entry: Entry, publisher: StreamPublisher, resumeGraceMs: number): void {
    if (entry.publisher !== publisher) return;
    entry.publisher = null;
    entry.stream.hasPublisher = false;
    if (resumeGraceMs <= 0) this.#end(entry);
    else entry.grace = setTimeout(() => this.#end(entry), resumeGraceMs);
  }

  #end(entry: Entry): void {
    if (entry.grace) clearTimeout(entry.grace);
    this.#entries.delete(entry.stream.key);
    entry.stream.end();
    this.emit('unpublished', entry.stream);
  }
}

/** Where the next publisher's first tag goes after the last one of the former: one frame at 25-30 fps. */
const RESUME_STEP_MS = 40;
/** A publisher whose time leaps this far (a wrapped counter, a clock that was set, a file that starts over) goes on where it was. */
const MAX_LEAP_MS = 10_000;
/** Sound and picture of one publisher may be this far out of order. */
const MAX_STEP_BACK_MS = 3000;

class StreamPublisher implements Publisher {
  readonly stream: Stream;
  readonly #release: (isFinal: boolean) => void;
  /** What is added to this publisher's times so that the stream's timeline goes on; known with its first media tag. */
  #offsetMs: number | null = null;
  /** The newest time it has written, on the stream's timeline. */
  #lastMs: number | null = null;
  #isClosed = false;

  constructor(stream: Stream, release: (isFinal: boolean) => void) {
    this.stream = stream;
    this.#release = release;
    if (stream.lastDtsMs === null) this.#offsetMs = 0;
  }

  write(tag: MediaTag): void {
    if (this.#isClosed) return;
    const isMedia = tag.kind !== 'data' && !tag.isConfig;
    if (isMedia) this.#follow(tag.dtsMs);
    const dtsMs = isMedia ? tag.dtsMs + (this.#offsetMs ?? 0) : (this.stream.lastDtsMs ?? 0);
    this.stream.write(dtsMs === tag.dtsMs ? tag : { ...tag, dtsMs });
  }

  close(_reason: string, isFinal = false): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#release(isFinal);
  }

  /** Players must never see time leap or step back: whoever publishes it, and whatever its counter does. */
  #follow(dtsMs: number): void {
    this.#offsetMs ??= (this.stream.lastDtsMs ?? 0) + RESUME_STEP_MS - dtsMs;
    const atMs = dtsMs + this.#offsetMs;
    const lastMs = this.#lastMs;
    const leaps = lastMs !== null && (atMs - lastMs > MAX_LEAP_MS || lastMs - atMs > MAX_STEP_BACK_MS);
    if (leaps) this.#offsetMs = lastMs + RESUME_STEP_MS - dtsMs;
    this.#lastMs = leaps ? lastMs + RESUME_STEP_MS : Math.max(lastMs ?? atMs, atMs);
  }
}
