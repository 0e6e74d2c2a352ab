import { EventEmitter } from 'node:events';
import { LianmaiError } from '@lianmai/protocol';
import type { MediaTag, Publisher } from './contract.js';
import { Stream, type StreamId } from './Stream.js';

export interface HubEvents {
  /** A stream has come into being; nothing may have been written to it yet. */
  published: [Stream];
  /** It has ended: its readers get what they have queued, then null. */
  unpublished: [Stream];
}

export interface PublishOptions {
  /** After its publisher has left, the stream is kept this long for the next one, ms: readers stay, the timeline goes on. Default 0: it ends at once. */
  resumeGraceMs?: number;
}

interface Entry {
  stream: Stream;
  publisher: StreamPublisher | null;
  /** Runs while there is no publisher and the stream is kept. */
  grace: NodeJS.Timeout | null;
}

/** All streams of this process, by `app/name`. */
export class StreamHub extends EventEmitter<HubEvents> {
  readonly #entries = new Map<string, Entry>();

  get(id: StreamId): Stream | undefined {
    return this.#entries.get(keyOf(id))?.stream;
  }

  get streams(): Stream[] {
    return [...this.#entries.values()].map((entry) => entry.stream);
  }

  /** The right to write to `app/name`. Throws CONFLICT while somebody else has it. */
  publish(id: StreamId, { resumeGraceMs = 0 }: PublishOptions = {}): Publisher & { readonly stream: Stream } {
    const existing = this.#entries.get(keyOf(id));
    if (existing?.publisher) throw new LianmaiError('CONFLICT', undefined, { message: `${keyOf(id)} is being published already.` });
    const entry = existing ?? { stream: new Stream(id), publisher: null, grace: null };
    if (entry.grace) clearTimeout(entry.grace);
    entry.grace = null;
    const publisher = new StreamPublisher(entry.stream, () => this.#release(entry, resumeGraceMs));
    entry.publisher = publisher;
    if (!existing) {
      this.#entries.set(entry.stream.key, entry);
      this.emit('published', entry.stream);
    }
    return publisher;
  }

  close(reason: string): void {
    for (const entry of [...this.#entries.values()]) {
      entry.publisher?.close(reason);
      if (this.#entries.has(entry.stream.key)) this.#end(entry);
    }
  }

  #release(entry: Entry, resumeGraceMs: number): void {
    entry.publisher = null;
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

const keyOf = ({ app, name }: StreamId) => `${app}/${name}`;

/** Where the next publisher's first tag goes after the last one of the former: one frame at 25-30 fps. */
const RESUME_STEP_MS = 40;

class StreamPublisher implements Publisher {
  readonly stream: Stream;
  readonly #release: () => void;
  /** What is added to this publisher's times so that the stream's timeline goes on; known with its first media tag. */
  #offsetMs: number | null = null;
  #isClosed = false;

  constructor(stream: Stream, release: () => void) {
    this.stream = stream;
    this.#release = release;
    if (stream.lastDtsMs === null) this.#offsetMs = 0;
  }

  write(tag: MediaTag): void {
    if (this.#isClosed) return;
    this.#offsetMs ??= (this.stream.lastDtsMs ?? 0) + RESUME_STEP_MS - tag.dtsMs;
    this.stream.write(this.#offsetMs === 0 ? tag : { ...tag, dtsMs: tag.dtsMs + this.#offsetMs });
  }

  close(_reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#release();
  }
}
