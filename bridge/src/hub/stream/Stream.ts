import { streamKey, type StreamRef } from '@lianmai/protocol';
import { isMetadata, isSequenceEnd } from '../../media/formats/index.js';
import type { MediaTag, Reader, ReaderOptions } from './streamContract.js';
import { QueueReader } from './QueueReader.js';

/** What a reader must have got before media makes sense to it. */
export interface Preamble {
  metadata: MediaTag | null;
  video: MediaTag | null;
  audio: MediaTag | null;
}

/** Kept for instant starts. Past either limit the group is given up, and readers start at the next key frame. */
const MAX_GOP_BYTES = 32 * 1024 * 1024;
const MAX_GOP_MS = 20_000;
/** A stream of sound alone can be entered anywhere: this much of it is kept for a start without silence. */
const AUDIO_ONLY_GOP_MS = 1000;

export interface StreamOptions {
  /** Epoch ms. Default: now. */
  startedAtMs?: number;
  /** Called when the first reader or hold arrives, and when the last one leaves. */
  onUsed?: (isUsed: boolean) => void;
}

/** Encoded media under one name: remembers metadata, codec configs and the last group of pictures, and hands tags to readers. */
export class Stream {
  readonly app: string;
  readonly name: string;
  /** `app/name` */
  readonly key: string;
  readonly startedAtMs: number;
  /** false: its publisher is gone and may come back. Kept by the hub. */
  hasPublisher = true;
  readonly #onUsed: (isUsed: boolean) => void;
  readonly #readers = new Set<QueueReader>();
  /** Readers that are not closed, and holds. */
  readonly #users = new Set<object>();
  readonly #preamble: Preamble = { metadata: null, video: null, audio: null };
  #gop: MediaTag[] = [];
  #gopBytes = 0;
  #lastDtsMs: number | null = null;
  #bytes = 0;
  #isEnded = false;
  #failure: Error | null = null;

  constructor({ app, name }: StreamRef, { startedAtMs = Date.now(), onUsed = () => undefined }: StreamOptions = {}) {
    this.startedAtMs = startedAtMs;
    this.#onUsed = onUsed;
    this.app = app;
    this.name = name;
    this.key = streamKey({ app, name });
  }

  get preamble(): Readonly<Preamble> {
    return this.#preamble;
  }

  get gop(): readonly MediaTag[] {
    return this.#gop;
  }

  /** The newest decoding time that was written, ms. */
  get lastDtsMs(): number | null {
    return this.#lastDtsMs;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get readerCount(): number {
    return this.#readers.size;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** A new reader; nothing is queued for it before its first `read`. To be closed. */
  createReader(options: ReaderOptions): Reader {
    const reader = new QueueReader(this, options);
    this.#use(reader);
    return reader;
  }

  /** Called by the publisher alone. */
  write(tag: MediaTag): void {
    if (this.#isEnded || isSequenceEnd(tag)) return;
    this.#bytes += tag.body.length;
    // Sound that joins a picture does not make that undecodable; anything else does.
    const isAddition = tag.kind === 'audio' && this.#preamble.audio === null && this.#preamble.video !== null;
    if (this.#isKnown(tag)) return;
    if (tag.isConfig) {
      if (!isAddition) this.#forgetGop();
    } else if (tag.kind !== 'data') this.#keep(tag);
    for (const reader of this.#readers) reader.push(tag);
  }

  /** Readers drain what they have queued, then get null, or `failure` thrown at them. */
  end(failure: Error | null = null): void {
    this.#isEnded = true;
    this.#failure = failure;
    for (const reader of this.#readers) reader.end(failure);
    this.#readers.clear();
    this.#forgetGop();
  }

  attach(reader: QueueReader): void {
    if (this.#isEnded) return reader.end(this.#failure);
    this.#readers.add(reader);
  }

  detach(reader: QueueReader): void {
    this.#readers.delete(reader);
    this.#leave(reader);
  }

  /** Counts as a user without reading, until the returned function is called: a derived stream runs only while it has users. */
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

  /** Media can start here. Without a picture every sound can. */
  isEntry(tag: MediaTag): boolean {
    return tag.isKeyFrame || (tag.kind === 'audio' && !tag.isConfig && this.#preamble.video === null);
  }

  /** Remembers metadata and configs; true for one that is in force already, as a restarted encoder repeats them. */
  #isKnown(tag: MediaTag): boolean {
    const slot = tag.isConfig ? (tag.kind === 'video' ? 'video' : 'audio') : tag.kind === 'data' ? 'metadata' : null;
    if (!slot) return false;
    if (slot === 'metadata' && !isMetadata(tag)) return false;
    if (this.#preamble[slot]?.body.equals(tag.body)) return true;
    this.#preamble[slot] = tag;
    return false;
  }

  #keep(tag: MediaTag): void {
    this.#lastDtsMs = Math.max(this.#lastDtsMs ?? tag.dtsMs, tag.dtsMs);
    if (tag.isKeyFrame) this.#forgetGop();
    const first = this.#gop[0];
    if (!first && !this.isEntry(tag)) return;
    this.#gop.push(tag);
    this.#gopBytes += tag.body.length;
    if (!first) return;
    if (this.#preamble.video === null) this.#trimAudio();
    else if (this.#gopBytes > MAX_GOP_BYTES || tag.dtsMs - first.dtsMs > MAX_GOP_MS) this.#forgetGop();
  }

  #trimAudio(): void {
    for (let first = this.#gop[0]; first && (this.#lastDtsMs ?? 0) - first.dtsMs > AUDIO_ONLY_GOP_MS; first = this.#gop[0]) {
      this.#gop.shift();
      this.#gopBytes -= first.body.length;
    }
  }

  #forgetGop(): void {
    this.#gop = [];
    this.#gopBytes = 0;
  }
}
