import { backoffMs, delay, type Log } from '@lianmai/kit';
import { streamKey, type ParticipantId, type ProducerId, type ProducerInfo, type PublishSource, type StreamRef } from '@lianmai/protocol';
import type { MediaInput, RoomMedia } from '../sfu/index.js';
import type { OpenStreamFeed, ParticipantMedia, StreamFeed } from './contract.js';

export interface StreamMediaOptions {
  participantId: ParticipantId;
  stream: StreamRef;
  media: RoomMedia;
  openStreamFeed: OpenStreamFeed;
  /** The list of producers has changed. */
  onChanged(): void;
  /** From the start. */
  muted: readonly PublishSource[];
  log: Log;
}

/** Wait before retrying a stream that is not live. */
const AGAIN = { firstMs: 500, maxMs: 3000 };
const SOURCE = { video: 'camera', audio: 'microphone' } as const;

/**
 * Media of a stream on stage: fed by its bridge while live, retried while it is not, until it is taken down. A mute survives all of that.
 */
export class StreamMedia implements ParticipantMedia {
  readonly #options: StreamMediaOptions;
  readonly #stop = new AbortController();
  #producers: ProducerInfo[] = [];
  readonly #muted: Set<PublishSource>;
  #input: MediaInput | null = null;

  constructor(options: StreamMediaOptions) {
    this.#options = options;
    this.#muted = new Set(options.muted);
    void this.#run();
  }

  get muted(): PublishSource[] {
    return [...this.#muted];
  }

  get producers(): readonly ProducerInfo[] {
    return this.#producers;
  }

  producerOf(source: PublishSource): ProducerInfo | undefined {
    return this.#producers.find((producer) => producer.source === source);
  }

  async setProducerPaused(id: ProducerId, paused: boolean): Promise<void> {
    const producer = this.#producers.find((one) => one.id === id);
    if (!producer || producer.paused === paused) return;
    await this.#input?.setPaused(id, paused);
    if (paused) this.#muted.add(producer.source);
    else this.#muted.delete(producer.source);
    this.#change(this.#producers.map((one) => (one.id === id ? { ...one, paused } : one)));
  }

  close(reason: string): void {
    this.#stop.abort(new Error(reason));
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    const { log, stream } = this.#options;
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        if (await this.#feedOnce(signal)) failures = 0;
      } catch (error) {
        if (!signal.aborted) log.info({ stream: streamKey(stream), reason: String(error) }, 'the stream on stage is not available');
      }
      if (this.#producers.length > 0) this.#change([]);
      if (!signal.aborted) await delay(backoffMs(AGAIN, failures), signal).catch(() => undefined);
    }
  }

  /** Feeds the stream until the feed ends. */
  async #feedOnce(signal: AbortSignal): Promise<boolean> {
    const feed = await this.#options.openStreamFeed(this.#options.stream);
    const ended = new AbortController();
    feed.once('ended', () => ended.abort());
    try {
      signal.throwIfAborted();
      const input = await this.#options.media.addInput(this.#options.participantId, feed.rtp);
      this.#input = input;
      input.once('closed', () => ended.abort());
      const over = AbortSignal.any([signal, ended.signal]);
      const producers = await this.#produce(input, feed);
      await feed.send(input.rtp);
      over.throwIfAborted();
      this.#change(producers);
      await new Promise((resolve) => over.addEventListener('abort', resolve, { once: true }));
      return true;
    } finally {
      feed.close();
      this.#input?.close('the feed ended');
      this.#input = null;
    }
  }

  async #produce(input: MediaInput, feed: StreamFeed): Promise<ProducerInfo[]> {
    const producers: ProducerInfo[] = [];
    for (const track of feed.tracks) {
      const source = SOURCE[track.kind];
      const id = await input.produce(source, track);
      const paused = this.#muted.has(source);
      if (paused) await input.setPaused(id, true);
      producers.push({ id, source, paused });
    }
    return producers;
  }

  #change(producers: ProducerInfo[]): void {
    this.#producers = producers;
    this.#options.onChanged();
  }
}
