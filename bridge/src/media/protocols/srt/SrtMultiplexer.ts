import { randomInt } from 'node:crypto';
import { networkOf, type Log } from '@lianmai/kit';
import { CallerPlaces, type CallerLimits, type CallerPlace } from './CallerPlaces.js';
import { SrtConnection, type ConnectionOptions, type EndReason } from './SrtConnection.js';
import { Cookies } from './synCookies.js';
import { readHandshake, HANDSHAKE_TYPE, SRT_MAGIC, writeHandshake, type Handshake } from './handshake.js';
import { KeyRing } from './keyMaterial.js';
import { CONTROL, controlPacket, readPacket, wireTime, type ControlPacket } from './packet.js';
import { readProposal, type Proposal } from './handshakeTerms.js';
import { AddressLimits, TokenBucket } from './RateLimits.js';
import { WINDOW_PACKETS } from './SrtReceiver.js';
import { wireOfRejection, type Rejection } from './rejection.js';
import { answerExtensions } from './handshakeTerms.js';
import type { StreamIdRequest } from './streamId.js';

export interface RemoteAddress {
  address: string;
  port: number;
}

/** The owner's answer to a caller. */
export type Verdict<T> = { accept: true; passphrase: string | null; client: T } | { accept: false; rejection: Rejection };

export interface SrtMultiplexerOptions<T> {
  latencyMs: number;
  send: (parts: readonly Buffer[], to: RemoteAddress) => void;
  /** May this caller publish or play? A rejected promise refuses the caller with `internal`. */
  decide: (request: StreamIdRequest, peer: RemoteAddress) => Promise<Verdict<T>>;
  /** Asked last, when the caller has proved its passphrase. Returns null, or why it is refused after all. */
  confirm?: (client: T) => Promise<Rejection | null>;
  /** `decide` said yes, but there will be no connection. */
  onFailed: (client: T, rejection: Rejection) => void;
  onConnection: (connection: SrtConnection, client: T) => void;
  onPayload: (client: T, payload: Buffer) => void;
  onEnd: (client: T, reason: EndReason) => void;
  now: () => number;
  delivery?: ConnectionOptions['delivery'];
  rotation?: ConnectionOptions['rotation'];
  limits?: Partial<SrtMultiplexerLimits>;
  /** Tells of refused callers, once a minute per address. */
  log?: Pick<Log, 'warn'>;
}

export interface SrtMultiplexerLimits extends CallerLimits {
  /** Longer handshakes are ignored. */
  handshakeBytes: number;
  inductionsPerSecond: number;
  /** Inductions per address and second; ten seconds' worth may come at once. */
  conclusionsPerSecond: number;
}

const LIMITS: SrtMultiplexerLimits = {
  pending: 64,
  pendingPerAddress: 48,
  connections: 1000,
  connectionsPerAddress: 250,
  handshakeBytes: 1500,
  inductionsPerSecond: 2000,
  conclusionsPerSecond: 10,
};
/** A verdict that takes longer counts as no. */
const MAX_PENDING_US = 10_000_000;

interface Entry {
  connection: SrtConnection;
  peer: RemoteAddress;
  callerKey: string;
  /** Sends the conclusion. Retransmissions keep the original timestamp, or the caller's clock starts late. */
  conclude: () => void;
  place: CallerPlace;
}

/** A caller that waits for its verdict or its key. */
interface PendingCall {
  sinceUs: number;
  place: CallerPlace;
}

/**
 * Many callers on one port: handshakes keep no state before the cookie, then each caller gets one SrtConnection. Pure like it: datagrams in, datagrams out.
 */
export class SrtMultiplexer<T> {
  readonly #options: SrtMultiplexerOptions<T>;
  readonly #limits: SrtMultiplexerLimits;
  readonly #cookies = new Cookies();
  readonly #inductions: TokenBucket;
  readonly #conclusions: AddressLimits;
  readonly #entries = new Map<number, Entry>();
  readonly #byCaller = new Map<string, Entry>();
  readonly #places: CallerPlaces;
  readonly #pending = new Map<string, PendingCall>();
  readonly #startUs: number;

  constructor(options: SrtMultiplexerOptions<T>) {
    this.#options = options;
    const limits = (this.#limits = { ...LIMITS, ...options.limits });
    this.#inductions = new TokenBucket({ perSecond: limits.inductionsPerSecond, burst: limits.inductionsPerSecond });
    this.#conclusions = new AddressLimits({ perSecond: limits.conclusionsPerSecond, burst: limits.conclusionsPerSecond * 10 });
    this.#places = new CallerPlaces(limits, options.log);
    this.#startUs = options.now();
  }

  get connections(): SrtConnection[] {
    return [...this.#entries.values()].map(({ connection }) => connection);
  }

  /** True when there is no caller, so the owner may stop ticking. */
  get isIdle(): boolean {
    return this.#entries.size === 0 && this.#pending.size === 0;
  }

  receive(datagram: Buffer, peer: RemoteAddress): void {
    const packet = readPacket(datagram);
    if (!packet) return;
    if (packet.destination === 0) {
      if (datagram.length > this.#limits.handshakeBytes) return;
      if (packet.isControl && packet.type === CONTROL.handshake) this.#receiveHandshake(packet, peer);
      return;
    }
    const entry = this.#entries.get(packet.destination);
    if (entry?.peer.port !== peer.port || entry.peer.address !== peer.address) return;
    if (packet.isControl) entry.connection.receiveControl(packet, this.#options.now());
    else entry.connection.receiveData(packet, this.#options.now());
  }

  /** Call it every 10 ms. */
  tick(): void {
    const nowUs = this.#options.now();
    for (const { connection } of this.#entries.values()) connection.tick(nowUs);
    for (const [caller, { sinceUs, place }] of this.#pending) {
      if (nowUs - sinceUs <= MAX_PENDING_US) continue;
      this.#pending.delete(caller);
      place.endWait();
      place.giveBack();
    }
  }

  close(): void {
    for (const { connection } of [...this.#entries.values()]) connection.close();
    this.#pending.clear();
  }

  #receiveHandshake(packet: ControlPacket, peer: RemoteAddress): void {
    const handshake = readHandshake(packet.body);
    if (!handshake) return;
    const caller = `${peer.address}|${peer.port}|${handshake.socketId}`;
    if (handshake.type === HANDSHAKE_TYPE.induction) this.#answerInduction(handshake, caller, peer);
    else if (handshake.type === HANDSHAKE_TYPE.conclusion && this.#cookies.isValid(handshake.cookie, caller, this.#options.now()))
      this.#receiveConclusion(handshake, packet, { caller, peer });
  }

  #answerInduction({ socketId, firstSeq }: Handshake, caller: string, peer: RemoteAddress): void {
    const nowUs = this.#options.now();
    if (!this.#inductions.take(nowUs)) return;
    const reply = { version: 5, encryption: 0, extensionField: SRT_MAGIC, firstSeq, type: HANDSHAKE_TYPE.induction };
    this.#reply({ ...reply, socketId: 1, cookie: this.#cookies.make(caller, nowUs) }, socketId, peer);
  }

  #receiveConclusion(handshake: Handshake, packet: ControlPacket, { caller, peer }: { caller: string; peer: RemoteAddress }): void {
    const entry = this.#byCaller.get(caller);
    if (entry) return entry.conclude();
    if (this.#pending.has(caller)) return;
    const refuse = (rejection: Rejection) => this.#refuse(handshake, rejection, peer);
    if (!this.#conclusions.take(networkOf(peer.address), this.#options.now())) return;
    const proposal = readProposal(handshake);
    if (typeof proposal === 'string') return refuse(proposal);
    const place = this.#places.take(peer.address, proposal.request.action);
    if (!place) return refuse('overload');
    const arrivedUs = this.#options.now();
    this.#pending.set(caller, { sinceUs: arrivedUs, place });
    this.#admit({ handshake, proposal, timestampUs: packet.timestampUs, arrivedUs, caller, peer, place })
      .catch((): Rejection => 'internal')
      .then((rejection) => {
        const isAwaited = this.#pending.delete(caller);
        place.endWait();
        if (rejection) place.giveBack();
        if (rejection && isAwaited) refuse(rejection);
      })
      .catch(() => undefined);
  }

  /** Asks the owner, then unwraps the key (expensive). Returns the rejection, or null. */
  async #admit(call: Call): Promise<Rejection | null> {
    const verdict = await this.#options.decide(call.proposal.request, call.peer);
    if (!verdict.accept) return verdict.rejection;
    const opened = await openKeys(call.proposal, verdict.passphrase).catch((): Rejection => 'internal');
    const rejection = typeof opened === 'string' ? opened : await this.#confirm(call, verdict.client);
    if (rejection || typeof opened === 'string') {
      this.#options.onFailed(verdict.client, rejection ?? 'internal');
      return rejection;
    }
    this.#establish(call, opened.keys, verdict.client);
    return null;
  }

  async #confirm({ caller }: Call, client: T): Promise<Rejection | null> {
    const rejection = await this.#options.confirm?.(client).catch((): Rejection => 'internal');
    return rejection ?? (this.#pending.has(caller) ? null : 'internal');
  }

  #establish({ handshake, proposal, timestampUs, arrivedUs, caller, peer, place }: Call, keys: KeyRing | null, client: T): void {
    const { latencyMs, delivery, rotation, onPayload, onEnd, send, now, onConnection } = this.#options;
    const id = this.#newId();
    const startUs = now();
    const receiveMs = Math.max(latencyMs, proposal.capabilities.sendLatencyMs);
    const sendMs = Math.max(latencyMs, proposal.capabilities.receiveLatencyMs);
    const isIn = proposal.request.action === 'publish';
    const extensions = answerExtensions(proposal, { receiveLatencyMs: receiveMs, sendLatencyMs: sendMs });
    const answer = { ...handshake, encryption: 0, windowPackets: WINDOW_PACKETS, socketId: id, ...extensions };
    const connection: SrtConnection = new SrtConnection({
      id,
      keys,
      peerId: handshake.socketId,
      firstSeq: handshake.firstSeq,
      startUs,
      direction: isIn ? 'in' : 'out',
      latencyMs: isIn ? receiveMs : sendMs,
      peerTimestampUs: timestampUs,
      nowUs: arrivedUs,
      ...(delivery && { delivery }),
      ...(rotation && { rotation }),
      ...(proposal.keyBytes && { peerKeyMessage: proposal.keyBytes }),
      send: (parts) => send(parts, peer),
      deliver: (payload) => onPayload(client, payload),
      onEnd: (reason) => {
        this.#forget(id);
        onEnd(client, reason);
      },
    });
    const conclude = () => send([this.#packet(answer, handshake.socketId, peer, startUs)], peer);
    this.#remember(id, { connection, peer, callerKey: caller, conclude, place });
    conclude();
    onConnection(connection, client);
  }

  #remember(id: number, entry: Entry): void {
    this.#entries.set(id, entry);
    this.#byCaller.set(entry.callerKey, entry);
  }

  #forget(id: number): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    this.#entries.delete(id);
    this.#byCaller.delete(entry.callerKey);
    entry.place.giveBack();
  }

  #newId(): number {
    for (;;) {
      const id = randomInt(2, 2 ** 30);
      if (!this.#entries.has(id)) return id;
    }
  }

  /** Sends a rejection that is no longer than the request. */
  #refuse(handshake: Handshake, rejection: Rejection, peer: RemoteAddress): void {
    const { socketId, version, firstSeq, cookie } = handshake;
    const type = wireOfRejection(rejection);
    this.#reply({ version, encryption: 0, extensionField: 0, firstSeq, type, socketId: 0, cookie }, socketId, peer);
  }

  #reply(handshake: Omit<Handshake, 'mtu' | 'windowPackets' | 'extensions'>, destination: number, peer: RemoteAddress): void {
    this.#options.send([this.#packet({ ...handshake, windowPackets: WINDOW_PACKETS, extensions: [] }, destination, peer)], peer);
  }

  #packet(handshake: Omit<Handshake, 'mtu'>, destination: number, peer: RemoteAddress, startUs = this.#startUs): Buffer {
    const timestampUs = wireTime(this.#options.now(), startUs);
    return controlPacket({ type: CONTROL.handshake, timestampUs, destination }, writeHandshake(handshake, peer.address));
  }
}

interface Call {
  handshake: Handshake;
  proposal: Proposal;
  timestampUs: number;
  arrivedUs: number;
  caller: string;
  peer: RemoteAddress;
  place: CallerPlace;
}

async function openKeys({ keys }: Proposal, passphrase: string | null): Promise<{ keys: KeyRing | null } | Rejection> {
  if ((keys === null) !== (passphrase === null)) return 'unsecure';
  if (!keys || passphrase === null) return { keys: null };
  const ring = await KeyRing.open(passphrase, keys);
  return ring ? { keys: ring } : 'badSecret';
}
