import { backoffMs, delay } from '@lianmai/kit';
import { KIND_OF_SOURCE, LianmaiError, type ProducerId, type ProducerInfo, type PublishSource, type RequestData } from '@lianmai/protocol';
import type { MediaPeer } from '../sfu/index.js';
import type { ParticipantMedia } from './contract.js';

type AddPeer = () => Promise<MediaPeer>;
export type ProduceRequest = Parameters<MediaPeer['produce']>[0];

const READD = { firstMs: 200, maxMs: 2000 };
const READD_ATTEMPTS = 8;

export interface PageMediaHooks {
  addPeer: AddPeer;
  /** Called with each new peer, to add listeners. */
  onPeer(peer: MediaPeer): void;
  /** The list of producers has changed. */
  onChanged(): void;
}

/**
 * One participant's media across several peers: when a worker dies, the peer is replaced and the participant stays. Callers of `peer`
 * wait for the replacement.
 */
export class PageMedia implements ParticipantMedia {
  readonly #hooks: PageMediaHooks;
  readonly #closing = new AbortController();
  #peer: Promise<MediaPeer>;
  #producers: ProducerInfo[] = [];
  #hasTransports = false;

  constructor(hooks: PageMediaHooks) {
    this.#hooks = hooks;
    this.#peer = this.#add(hooks.addPeer);
  }

  get producers(): readonly ProducerInfo[] {
    return this.#producers;
  }

  /** false: the page has no transport to continue with. */
  get hasTransports(): boolean {
    return this.#hasTransports;
  }

  peer(): Promise<MediaPeer> {
    return this.#peer;
  }

  producerOf(source: PublishSource): ProducerInfo | undefined {
    return this.#producers.find((producer) => producer.source === source);
  }

  async createTransport({ direction }: RequestData<'createTransport'>) {
    const peer = await this.#peer;
    const transport = await peer.createTransport(direction);
    this.#hasTransports = true;
    return transport;
  }

  /** `isStillAllowed` is checked again after mediasoup replies, since the seat may be gone by then. */
  async produce(request: ProduceRequest, isStillAllowed: () => boolean): Promise<ProducerId> {
    const { source, kind, paused } = request;
    if (KIND_OF_SOURCE[source] !== kind)
      throw new LianmaiError('BAD_REQUEST', undefined, { message: `kind: expected ${KIND_OF_SOURCE[source]} for ${source}` });
    const peer = await this.#peer;
    const id = await peer.produce(request);
    if (!isStillAllowed()) {
      peer.closeProducer(id);
      throw new LianmaiError('FORBIDDEN');
    }
    this.#change([...this.#producers.filter((producer) => producer.source !== source), { id, source, paused }]);
    return id;
  }

  async setProducerPaused(id: ProducerId, paused: boolean): Promise<void> {
    const peer = await this.#peer;
    await peer.setProducerPaused(id, paused);
    const before = this.#producers.find((producer) => producer.id === id);
    if (!before || before.paused === paused) return;
    this.#change(this.#producers.map((producer) => (producer.id === id ? { ...producer, paused } : producer)));
  }

  async closeProducer(id: ProducerId): Promise<void> {
    const peer = await this.#peer;
    peer.closeProducer(id);
    this.forgetProducer(id);
  }

  /** The producer ended by itself, with its transport. */
  forgetProducer(id: ProducerId): void {
    if (this.#producers.some((producer) => producer.id === id)) this.#change(this.#producers.filter((producer) => producer.id !== id));
  }

  /** Stops forwarding everything they publish, whatever the page does. Used when they come down from the stage. */
  async unpublish(): Promise<void> {
    const ids = this.#producers.map((producer) => producer.id);
    if (ids.length === 0) return;
    this.#change([]);
    const peer = await this.#peer;
    for (const id of ids) closeIfThere(peer, id);
  }

  /** Closes the old transports when the page starts again. */
  async reset(reason: string): Promise<void> {
    this.#hasTransports = false;
    const peer = await this.#peer;
    peer.resetMedia(reason);
    if (this.#producers.length > 0) this.#change([]);
  }

  /** Replaces the peer after its worker died. Resolves once another worker has taken it, and rejects if none does. */
  async replacePeer(): Promise<void> {
    this.#hasTransports = false;
    this.#peer = this.#addAgain();
    if (this.#producers.length > 0) this.#change([]);
    await this.#peer;
  }

  close(reason: string): void {
    this.#closing.abort(new LianmaiError('WRONG_STATE', undefined, { message: reason }));
    this.#peer.then((peer) => peer.close(reason)).catch(() => undefined);
  }

  async #addAgain(): Promise<MediaPeer> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#add(this.#hooks.addPeer);
      } catch (error) {
        if (attempt >= READD_ATTEMPTS || this.#closing.signal.aborted) throw error;
        await delay(backoffMs(READD, attempt), this.#closing.signal);
      }
    }
  }

  #add(addPeer: AddPeer): Promise<MediaPeer> {
    const added = addPeer().then((peer) => {
      this.#hooks.onPeer(peer);
      return peer;
    });
    // Callers of `peer` see the failure. Without any, it must not become an unhandled rejection.
    added.catch(() => undefined);
    return added;
  }

  #change(producers: ProducerInfo[]): void {
    this.#producers = producers;
    this.#hooks.onChanged();
  }
}

function closeIfThere(peer: MediaPeer, id: ProducerId): void {
  try {
    peer.closeProducer(id);
  } catch (error) {
    if (!(error instanceof LianmaiError && error.code === 'NOT_FOUND')) throw error;
  }
}
