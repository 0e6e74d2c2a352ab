import { LianmaiError, toLianmaiError } from '@lianmai/protocol';
import { openPublication, type Admission, type Gate, type GateRequest, type PublishSession } from '../../hub/gate/index.js';
import { rejectionOfError } from '../../media/protocols/srt/index.js';
import { decodeTags, type Stream, type StreamHub } from '../../hub/stream/index.js';
import type { FromSrtThread, ToSrtThread } from './srtThreadMessages.js';
import { SrtPlayFeed } from './SrtPlayFeed.js';

interface Client {
  request: GateRequest;
  admission: Admission;
  /** The publisher that this one may replace. */
  silentPublisher: number | null;
  publication: PublishSession | null;
  feed: SrtPlayFeed | null;
}

type Asked = Extract<FromSrtThread, { kind: 'asked' }>;

export interface SrtClientsParts {
  gate: Gate;
  hub: StreamHub;
  /** Default: every stream as it is. */
  openRendition?: (source: Stream) => Stream;
}

/** In main: the callers of the SRT thread as clients of gate and hub. */
export class SrtClients {
  readonly #gate: Gate;
  readonly #hub: StreamHub;
  readonly #openRendition: (source: Stream) => Stream;
  readonly #post: (message: ToSrtThread, transfer?: ArrayBuffer[]) => void;
  readonly #clients = new Map<number, Client>();
  readonly #feeds = new Map<number, SrtPlayFeed>();
  #nextFeed = 1;

  constructor(parts: SrtClientsParts, post: (message: ToSrtThread, transfer?: ArrayBuffer[]) => void) {
    this.#gate = parts.gate;
    this.#hub = parts.hub;
    this.#openRendition = parts.openRendition ?? asItIs;
    this.#post = post;
  }

  count(action: 'publish' | 'play'): number {
    return [...this.#clients.values()].filter(({ publication, feed }) => (action === 'publish' ? publication : feed) !== null).length;
  }

  async ask({ id, request, ip, silentPublisher }: Asked): Promise<void> {
    try {
      const gateRequest: GateRequest = { ...request, protocol: 'srt', ip };
      const admission = await this.#gate.admit(gateRequest);
      this.#clients.set(id, { request: gateRequest, admission, silentPublisher, publication: null, feed: null });
      admission.signal.addEventListener('abort', () => this.#sendAway(id), { once: true });
      this.#post({ kind: 'admitted', id, passphrase: admission.policy.srtPassphrase });
    } catch (error) {
      this.#refuse(id, error);
    }
  }

  /** It is who it says: it takes the stream, or joins its players. */
  async welcome(id: number): Promise<void> {
    try {
      const client = this.#clients.get(id);
      if (!client) throw new LianmaiError('FORBIDDEN');
      client.admission.signal.throwIfAborted();
      if (client.request.action === 'publish') await this.#publish(id, client);
      else this.#play(id, client);
      this.#post({ kind: 'accepted', id, feed: client.feed?.id ?? null });
    } catch (error) {
      this.#refuse(id, error);
    }
  }

  write(id: number, bytes: ArrayBuffer): void {
    const publication = this.#clients.get(id)?.publication;
    for (const tag of decodeTags(bytes)) publication?.write(tag);
    this.#post({ kind: 'tagsTaken', id, bytes: bytes.byteLength });
  }

  end(id: number, reason: string, isFinal: boolean): void {
    const client = this.#clients.get(id);
    if (!client) return;
    this.#clients.delete(id);
    if (client.publication) client.publication.close(reason, isFinal);
    else client.admission.release();
    this.#leave(id, client.feed);
  }

  mediaTaken(feed: number, bytes: number): void {
    this.#feeds.get(feed)?.taken(bytes);
  }

  noteSent(sent: readonly { id: number; bytes: number }[]): void {
    for (const { id, bytes } of sent) {
      const client = this.#clients.get(id);
      if (client) client.admission.bytes = bytes;
    }
  }

  /** The thread is gone, and all its callers with it. */
  endAll(reason: string): void {
    for (const id of [...this.#clients.keys()]) this.end(id, reason, false);
    for (const feed of this.#feeds.values()) feed.close();
  }

  async #publish(id: number, client: Client): Promise<void> {
    this.#replaceSilent(client);
    const admitted = { admit: () => Promise.resolve(client.admission) };
    const publication = await openPublication({ gate: admitted, hub: this.#hub }, client.request);
    if (this.#clients.get(id) !== client) {
      publication.close('sent away');
      throw new LianmaiError('FORBIDDEN');
    }
    client.publication = publication;
    publication.signal.addEventListener('abort', () => this.#sendAway(id), { once: true });
  }

  /** An encoder whose address has changed comes back before its old connection is known to be dead. */
  #replaceSilent({ silentPublisher, request }: Client): void {
    if (silentPublisher === null) return;
    const earlier = this.#clients.get(silentPublisher);
    if (!earlier?.publication || !isSameCaller(earlier.request, request)) return;
    this.end(silentPublisher, 'replaced by its own new connection', false);
    this.#post({ kind: 'hangUp', id: silentPublisher });
  }

  /** Kicked, or taken over: what a publisher leaves behind does not wait for its return. */
  #sendAway(id: number): void {
    this.end(id, 'sent away', true);
    this.#post({ kind: 'hangUp', id });
  }

  #play(id: number, client: Client): void {
    const source = this.#hub.get(client.request);
    if (!source) throw new LianmaiError('NOT_FOUND', undefined, { message: 'This stream is not live.' });
    const stream = this.#openRendition(source);
    const feed = [...this.#feeds.values()].find((candidate) => candidate.stream === stream) ?? this.#openFeed(stream);
    feed.players.add(id);
    client.feed = feed;
  }

  #openFeed(stream: Stream): SrtPlayFeed {
    const id = this.#nextFeed++;
    const feed = new SrtPlayFeed(id, stream, {
      onMedia: (bytes) => this.#post({ kind: 'media', feed: id, bytes }, [bytes]),
      onEnd: () => {
        this.#feeds.delete(id);
        this.#post({ kind: 'mediaEnded', feed: id });
      },
    });
    this.#feeds.set(id, feed);
    return feed;
  }

  #leave(id: number, feed: SrtPlayFeed | null): void {
    feed?.players.delete(id);
    if (feed?.players.size !== 0) return;
    this.#feeds.delete(feed.id);
    feed.close();
  }

  #refuse(id: number, error: unknown): void {
    this.end(id, 'refused', false);
    this.#post({ kind: 'refused', id, rejection: rejectionOfError(toLianmaiError(error).code) });
  }
}

function isSameCaller(one: GateRequest, other: GateRequest): boolean {
  const flat = ({ app, name, params }: GateRequest) =>
    JSON.stringify([app, name, Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1))]);
  return flat(one) === flat(other);
}

const asItIs = (source: Stream): Stream => source;
