import { LianmaiError, toLianmaiError } from '@lianmai/protocol';
import { openPublishSession, type Admission, type Gate, type GateRequest, type PublishSession } from '../../hub/gate/index.js';
import { rejectionOfError } from '../../media/protocols/srt/index.js';
import { decodeTags, type Stream, type StreamHub } from '../../hub/stream/index.js';
import type { FromSrtThread, ToSrtThread } from './srtThreadMessages.js';
import { SrtPlayFeed } from './SrtPlayFeed.js';

interface SrtClient {
  request: GateRequest;
  admission: Admission;
  /** A silent publisher of the same stream that this client may replace. */
  silentPublisher: number | null;
  publishSession: PublishSession | null;
  playFeed: SrtPlayFeed | null;
}

type AdmissionRequest = Extract<FromSrtThread, { kind: 'admissionRequested' }>;

export interface SrtClientsParts {
  gate: Gate;
  hub: StreamHub;
  /** Default: every stream unchanged. */
  openRendition?: (source: Stream) => Stream;
}

/** Runs in the main thread: registers the SRT thread's callers with the gate and the hub. */
export class SrtClients {
  readonly #gate: Gate;
  readonly #hub: StreamHub;
  readonly #openRendition: (source: Stream) => Stream;
  readonly #post: (message: ToSrtThread, transfer?: ArrayBuffer[]) => void;
  readonly #clients = new Map<number, SrtClient>();
  readonly #playFeeds = new Map<number, SrtPlayFeed>();
  #nextPlayFeedId = 1;

  constructor(parts: SrtClientsParts, post: (message: ToSrtThread, transfer?: ArrayBuffer[]) => void) {
    this.#gate = parts.gate;
    this.#hub = parts.hub;
    this.#openRendition = parts.openRendition ?? unchanged;
    this.#post = post;
  }

  count(action: 'publish' | 'play'): number {
    return [...this.#clients.values()].filter(({ publishSession, playFeed }) => (action === 'publish' ? publishSession : playFeed) !== null)
      .length;
  }

  async admit({ id, request, ip, silentPublisher }: AdmissionRequest): Promise<void> {
    try {
      const gateRequest: GateRequest = { ...request, protocol: 'srt', ip };
      const admission = await this.#gate.admit(gateRequest);
      this.#clients.set(id, { request: gateRequest, admission, silentPublisher, publishSession: null, playFeed: null });
      admission.signal.addEventListener('abort', () => this.#disconnect(id), { once: true });
      this.#post({ kind: 'admitted', id, passphrase: admission.policy.srtPassphrase });
    } catch (error) {
      this.#reject(id, error);
    }
  }

  /** Called when the caller has proved its passphrase: it publishes the stream or joins its players. */
  async accept(id: number): Promise<void> {
    try {
      const client = this.#clients.get(id);
      if (!client) throw new LianmaiError('FORBIDDEN');
      client.admission.signal.throwIfAborted();
      if (client.request.action === 'publish') await this.#publish(id, client);
      else this.#play(id, client);
      this.#post({ kind: 'accepted', id, playFeed: client.playFeed?.id ?? null });
    } catch (error) {
      this.#reject(id, error);
    }
  }

  write(id: number, bytes: ArrayBuffer): void {
    const publishSession = this.#clients.get(id)?.publishSession;
    for (const tag of decodeTags(bytes)) publishSession?.write(tag);
    this.#post({ kind: 'tagsWritten', id, bytes: bytes.byteLength });
  }

  end(id: number, reason: string, isFinal: boolean): void {
    const client = this.#clients.get(id);
    if (!client) return;
    this.#clients.delete(id);
    if (client.publishSession) client.publishSession.close(reason, isFinal);
    else client.admission.release();
    this.#leave(id, client.playFeed);
  }

  mediaReceived(playFeed: number, bytes: number): void {
    this.#playFeeds.get(playFeed)?.acknowledge(bytes);
  }

  recordSentBytes(sent: readonly { id: number; bytes: number }[]): void {
    for (const { id, bytes } of sent) {
      const client = this.#clients.get(id);
      if (client) client.admission.bytes = bytes;
    }
  }

  /** Ends all clients after the thread has exited. */
  endAll(reason: string): void {
    for (const id of [...this.#clients.keys()]) this.end(id, reason, false);
    for (const playFeed of this.#playFeeds.values()) playFeed.close();
  }

  async #publish(id: number, client: SrtClient): Promise<void> {
    this.#replaceSilent(client);
    const admitted = { admit: () => Promise.resolve(client.admission) };
    const publishSession = await openPublishSession({ gate: admitted, hub: this.#hub }, client.request);
    if (this.#clients.get(id) !== client) {
      publishSession.close('kicked or replaced');
      throw new LianmaiError('FORBIDDEN');
    }
    client.publishSession = publishSession;
    publishSession.signal.addEventListener('abort', () => this.#disconnect(id), { once: true });
  }

  /** An encoder whose IP changed may reconnect before its old connection times out. */
  #replaceSilent({ silentPublisher, request }: SrtClient): void {
    if (silentPublisher === null) return;
    const earlier = this.#clients.get(silentPublisher);
    if (!earlier?.publishSession || !isSameCaller(earlier.request, request)) return;
    this.end(silentPublisher, 'replaced by its own new connection', false);
    this.#post({ kind: 'disconnect', id: silentPublisher });
  }

  /** Called after a kick or takeover, so the stream does not wait for the publisher to return. */
  #disconnect(id: number): void {
    this.end(id, 'kicked or replaced', true);
    this.#post({ kind: 'disconnect', id });
  }

  #play(id: number, client: SrtClient): void {
    const source = this.#hub.get(client.request);
    if (!source) throw new LianmaiError('NOT_FOUND', undefined, { message: 'This stream is not live.' });
    const stream = this.#openRendition(source);
    const playFeed = [...this.#playFeeds.values()].find((candidate) => candidate.stream === stream) ?? this.#openPlayFeed(stream);
    playFeed.players.add(id);
    client.playFeed = playFeed;
  }

  #openPlayFeed(stream: Stream): SrtPlayFeed {
    const id = this.#nextPlayFeedId++;
    const playFeed = new SrtPlayFeed(id, stream, {
      onMedia: (bytes) => this.#post({ kind: 'media', playFeed: id, bytes }, [bytes]),
      onEnd: () => {
        this.#playFeeds.delete(id);
        this.#post({ kind: 'mediaEnded', playFeed: id });
      },
    });
    this.#playFeeds.set(id, playFeed);
    return playFeed;
  }

  #leave(id: number, playFeed: SrtPlayFeed | null): void {
    playFeed?.players.delete(id);
    if (playFeed?.players.size !== 0) return;
    this.#playFeeds.delete(playFeed.id);
    playFeed.close();
  }

  #reject(id: number, error: unknown): void {
    this.end(id, 'rejected', false);
    this.#post({ kind: 'rejected', id, rejection: rejectionOfError(toLianmaiError(error).code) });
  }
}

function isSameCaller(one: GateRequest, other: GateRequest): boolean {
  const flat = ({ app, name, params }: GateRequest) =>
    JSON.stringify([app, name, Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1))]);
  return flat(one) === flat(other);
}

const unchanged = (source: Stream): Stream => source;
