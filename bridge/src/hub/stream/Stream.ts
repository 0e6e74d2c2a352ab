import { streamKey, type StreamRef } from '@lianmai/protocol';
import { isMetadata, isSequenceEnd } from '../../media/formats/index.js';
import { nowMs } from '../../runtime/index.js';
import type { MediaTag, Reader, ReaderOptions } from './streamContract.js';
import { GopBuffer } from './GopBuffer.js';
import { QueueReader } from './QueueReader.js';

/** Tags that a reader needs before it can decode media. */
export interface Preamble {
  metadata: MediaTag | null;
  video: MediaTag | null;
  audio: MediaTag | null;
}

export interface StreamOptions {
  /** Epoch ms. Default: now. */
  startedAtMs?: number;
  /** Called when the first reader or hold arrives, and when the last one leaves. */
  onUsed?: (isUsed: boolean) => void;
  /** See `PublishOptions`. */
  runsJobs?: boolean;
  broadcastId?: string | null;
  resumeGraceMs?: number;
}

/** Encoded media under one name. Keeps metadata, codec configs and the last GOP, and hands tags to readers. */
export class Stream {
  readonly app: string;
  readonly name: string;
  /** `app/name` */
  readonly key: string;
  readonly startedAtMs: number;
  readonly runsJobs: boolean;
  readonly broadcastId: string | null;
  /** Of its first publisher. */
  readonly resumeGraceMs: number;
  /** False while the stream waits for its publisher to return. Maintained by the hub. */
  hasPublisher = true;
  /** `startedAtMs` on the monotonic clock. */
  readonly #startedAtMs: number;
  readonly #onUsed: (isUsed: boolean) => void;
  readonly #readers = new Set<QueueReader>();
  /** Open readers and holds. */
  readonly #users = new Set<object>();
  readonly #preamble: Preamble = { metadata: null, video: null, audio: null };
  readonly #gop = new GopBuffer<MediaTag>(({ body, dtsMs }) => ({ bytes: body.length, firstMs: dtsMs, lastMs: dtsMs }));
  #lastDtsMs: number | null = null;
  #bytes = 0;
  #isEnded = false;
  #failure: Error | null = null;

  constructor({ app, name }: StreamRef, options: StreamOptions = {}) {
    const { startedAtMs = Date.now(), onUsed = () => undefined } = options;
    this.runsJobs = options.runsJobs ?? true;
    this.broadcastId = options.broadcastId ?? null;
    this.resumeGraceMs = options.resumeGraceMs ?? 0;
    this.startedAtMs = startedAtMs;
    this.#startedAtMs = nowMs() - Math.max(0, Date.now() - startedAtMs);
    this.#onUsed = onUsed;
    this.app = app;
    this.name = name;
    this.key = streamKey({ app, name });
  }

  get preamble(): Readonly<Preamble> {
    return this.#preamble;
  }

  get gop(): readonly MediaTag[] {
    return this.#gop.items;
  }

  /** Time since the start, whatever the system's clock did meanwhile, ms. */
  get ageMs(): number {
    return nowMs() - this.#startedAtMs;
  }

  /** Highest decoding time written so far, ms. */
  get lastDtsMs(): number | null {
    return this.#lastDtsMs;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Creates a reader, which queues nothing before its first `read`. The caller must close it. */
  createReader(options: ReaderOptions): Reader {
    const reader = new QueueReader(this, options);
    this.#use(reader);
    return reader;
  }

  /** Only the publisher calls this. */
  write(tag: MediaTag): void {
    if (this.#isEnded || isSequenceEnd(tag)) return;
    this.#bytes += tag.body.length;
    // Audio that joins a video leaves the GOP decodable; any other new config does not.
    const isAddition = tag.kind === 'audio' && this.#preamble.audio === null && this.#preamble.video !== null;
    if (this.#isRepeat(tag)) return;
    if (tag.isConfig) {
      if (!isAddition) this.#gop.clear();
    } else if (tag.kind !== 'data') this.#addToGop(tag);
    for (const reader of this.#readers) reader.push(tag);
  }

  /** Ends the stream. Readers drain their queues, then get null or their `read` throws `failure`. */
  end(failure: Error | null = null): void {
    this.#isEnded = true;
    this.#failure = failure;
    for (const reader of this.#readers) reader.end(failure);
    this.#readers.clear();
    this.#gop.clear();
  }

  attach(reader: QueueReader): void {
    if (this.#isEnded) return reader.end(this.#failure);
    this.#readers.add(reader);
  }

  detach(reader: QueueReader): void {
    this.#readers.delete(reader);
    this.#leave(reader);
  }

  /** Counts as a user without reading, until the returned function is called. Derived streams run only while they have users. */
  hold(): () => void {
    const user = {};
    this.#use(user);
    return () => this.#leave(user);
  }

  #use(user: object): void {
    this.#users.add(user);
    if (this.#users.size === 1) this.#onUsed(true);
  }

  #leave(user: object): void {
    if (this.#users.delete(user) && this.#users.size === 0) this.#onUsed(false);
  }

  /** Whether playback can start at this tag: a key frame, or any audio frame of an audio-only stream. */
  isEntry(tag: MediaTag): boolean {
    return tag.isKeyFrame || (tag.kind === 'audio' && !tag.isConfig && this.#preamble.video === null);
  }

  /** Stores metadata and configs. Returns true for a repeat of the current one, which restarted encoders send. */
  #isRepeat(tag: MediaTag): boolean {
    const slot = tag.isConfig ? (tag.kind === 'video' ? 'video' : 'audio') : tag.kind === 'data' ? 'metadata' : null;
    if (!slot) return false;
    if (slot === 'metadata' && !isMetadata(tag)) return false;
    if (this.#preamble[slot]?.body.equals(tag.body)) return true;
    this.#preamble[slot] = tag;
    return false;
  }

  #addToGop(tag: MediaTag): void {
    this.#lastDtsMs = Math.max(this.#lastDtsMs ?? tag.dtsMs, tag.dtsMs);
    if (tag.isKeyFrame) this.#gop.push(tag, 'keyFrame');
    else this.#gop.push(tag, this.isEntry(tag) ? 'audio' : 'dependent');
  }
}
