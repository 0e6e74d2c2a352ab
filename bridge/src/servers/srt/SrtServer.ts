import { streamKey } from '@lianmai/protocol';
import { ownThreadId, plainIp, type Log } from '@lianmai/kit';
import {
  SrtMultiplexer,
  openUdpSocket,
  type SrtConnection,
  type EndReason,
  type RemoteAddress,
  type Rejection,
  type StreamIdRequest,
  type UdpSocket,
  type Verdict,
} from '../../media/protocols/srt/index.js';
import type { FromSrtThread, SrtThreadJob, SrtTotals, ToSrtThread } from './srtThreadMessages.js';
import { PlayerGroup } from './PlayerGroup.js';
import { TsPublisher } from './TsPublisher.js';

const TICK_MS = 10;
const MEASURE_MS = 1000;
/** A publisher silent for this long may be replaced by one with the same credentials, which is usually the same encoder with a new IP. */
const SILENT_US = 1_000_000;

interface ThreadClient {
  id: number;
  request: StreamIdRequest;
  connection: SrtConnection | null;
  publisher: TsPublisher | null;
  playFeed: number | null;
}

type Post = (message: FromSrtThread, transfer?: ArrayBuffer[]) => void;
type Answer = Extract<ToSrtThread, { kind: 'admitted' | 'accepted' | 'rejected' }>;

/** Runs in the SRT thread: the UDP port, its callers, and their media exchange with the main thread. */
export class SrtServer {
  readonly #post: Post;
  readonly #log: Log;
  readonly #multiplexer: SrtMultiplexer<ThreadClient>;
  readonly #clients = new Map<number, ThreadClient>();
  readonly #groups = new Map<number, PlayerGroup>();
  /** Totals of closed connections. */
  readonly #past: SrtTotals = { resent: 0, lost: 0, dropped: 0 };
  readonly #pendingAnswers = new Map<number, (answer: Answer) => void>();
  #socket: UdpSocket | null = null;
  #nextId = 1;
  #ticking: NodeJS.Timeout | null = null;
  readonly #measuring: NodeJS.Timeout;

  private constructor(job: SrtThreadJob, log: Log, post: Post) {
    this.#post = post;
    this.#log = log;
    this.#multiplexer = new SrtMultiplexer<ThreadClient>({
      latencyMs: job.latencyMs,
      delivery: 'prompt',
      ...(job.rotation && { rotation: job.rotation }),
      ...(job.limits && { limits: job.limits }),
      log,
      now,
      send: (parts, to) => this.#socket?.send(parts, to),
      decide: (request, peer) => this.#decide(request, peer),
      confirm: (client) => this.#confirm(client),
      onFailed: (client, rejection) => this.#forget(client, `rejected: ${rejection}`, false),
      onConnection: (connection, client) => this.#onConnection(connection, client),
      onPayload: (client, payload) => client.publisher?.push(payload),
      onEnd: (client, reason) => this.#end(client, reason),
    });
    this.#measuring = setInterval(() => this.#measure(), MEASURE_MS);
  }

  /** Rejects with the system's error for the port. */
  static async open(job: SrtThreadJob, log: Log, post: Post): Promise<SrtServer> {
    const server = new SrtServer(job, log, post);
    try {
      server.#socket = await openUdpSocket({
        port: job.port,
        host: job.host,
        onMessage: (datagram, { address, port }) => server.#receive(datagram, { address, port }),
      });
    } catch (error) {
      clearInterval(server.#measuring);
      throw error;
    }
    const { port, receiveBufferBytes, sendBufferBytes } = server.#socket;
    post({ kind: 'listening', port, tid: ownThreadId(), receiveBufferBytes, sendBufferBytes });
    return server;
  }

  handleMessage(message: Exclude<ToSrtThread, { kind: 'start' | 'close' }>): void {
    switch (message.kind) {
      case 'admitted':
      case 'accepted':
      case 'rejected':
        return this.#pendingAnswers.get(message.id)?.(message);
      case 'disconnect':
        return this.#clients.get(message.id)?.connection?.close();
      case 'tagsWritten':
        return this.#clients.get(message.id)?.publisher?.acknowledge(message.bytes);
      case 'media':
        return this.#relay(message);
      case 'mediaEnded':
        return this.#endGroup(message.playFeed);
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#measuring);
    if (this.#ticking) clearInterval(this.#ticking);
    this.#multiplexer.close();
    await this.#socket?.close();
  }

  #receive(datagram: Buffer, peer: RemoteAddress): void {
    this.#multiplexer.receive(datagram, peer);
    if (!this.#ticking && !this.#multiplexer.isIdle) this.#ticking = setInterval(() => this.#tick(), TICK_MS);
  }

  #tick(): void {
    const nowUs = now();
    this.#multiplexer.tick();
    for (const { publisher, connection } of this.#clients.values()) {
      publisher?.tick(nowUs);
      if (publisher?.isIdle(nowUs)) connection?.close();
    }
    for (const group of this.#groups.values()) group.tick(nowUs);
    if (!this.#multiplexer.isIdle || !this.#ticking) return;
    clearInterval(this.#ticking);
    this.#ticking = null;
  }

  async #decide(request: StreamIdRequest, peer: RemoteAddress): Promise<Verdict<ThreadClient>> {
    const client: ThreadClient = { id: this.#nextId++, request, connection: null, publisher: null, playFeed: null };
    const silentPublisher = request.action === 'publish' ? this.#silentPublisher(request) : null;
    const answer = await this.#ask({ kind: 'admissionRequested', id: client.id, request, ip: plainIp(peer.address), silentPublisher });
    if (answer.kind !== 'admitted') return { accept: false, rejection: answer.kind === 'rejected' ? answer.rejection : 'internal' };
    return { accept: true, passphrase: answer.passphrase, client };
  }

  async #confirm(client: ThreadClient): Promise<Rejection | null> {
    const answer = await this.#ask({ kind: 'authenticated', id: client.id });
    if (answer.kind !== 'accepted') return answer.kind === 'rejected' ? answer.rejection : 'internal';
    client.playFeed = answer.playFeed;
    return null;
  }

  #ask(question: Extract<FromSrtThread, { kind: 'admissionRequested' | 'authenticated' }>): Promise<Answer> {
    return new Promise((resolve) => {
      this.#pendingAnswers.set(question.id, (answer) => {
        this.#pendingAnswers.delete(question.id);
        resolve(answer);
      });
      this.#post(question);
    });
  }

  #silentPublisher({ app, name }: StreamIdRequest): number | null {
    const nowUs = now();
    for (const { id, request, publisher, connection } of this.#clients.values()) {
      if (!publisher || request.app !== app || request.name !== name) continue;
      if (connection && connection.silentUs(nowUs) > SILENT_US) return id;
    }
    return null;
  }

  #onConnection(connection: SrtConnection, client: ThreadClient): void {
    const { id, request } = client;
    client.connection = connection;
    this.#clients.set(id, client);
    if (request.action === 'publish') {
      client.publisher = new TsPublisher((bytes) => this.#post({ kind: 'tags', id, bytes }, [bytes]), now());
    } else if (client.playFeed !== null) {
      const send = (payload: Buffer) => connection.send(payload, now());
      this.#groupOf(client.playFeed).join(id, { send, disconnect: () => connection.close() }, now());
    }
    this.#log.debug({ id, action: request.action, stream: streamKey(request) }, 'SRT client connected');
  }

  #end(client: ThreadClient, reason: EndReason): void {
    client.publisher?.end();
    const { receiver, sender } = client.connection ?? {};
    if (client.connection) addTo(this.#past, client.connection);
    this.#log.debug({ id: client.id, reason, ...receiver?.stats, ...sender?.stats }, 'SRT client disconnected');
    this.#forget(client, reason, reason === 'goodbye');
  }

  #forget(client: ThreadClient, reason: string, isFinal: boolean): void {
    this.#clients.delete(client.id);
    if (client.playFeed !== null) this.#groups.get(client.playFeed)?.leave(client.id);
    this.#post({ kind: 'ended', id: client.id, reason, isFinal });
  }

  #groupOf(playFeed: number): PlayerGroup {
    const group = this.#groups.get(playFeed) ?? new PlayerGroup();
    this.#groups.set(playFeed, group);
    return group;
  }

  #relay({ playFeed, bytes }: Extract<ToSrtThread, { kind: 'media' }>): void {
    this.#groupOf(playFeed).push(bytes, now());
    this.#post({ kind: 'mediaReceived', playFeed, bytes: bytes.byteLength });
  }

  #endGroup(playFeed: number): void {
    const group = this.#groups.get(playFeed);
    group?.end();
    if (group?.isEmpty) this.#groups.delete(playFeed);
  }

  #measure(): void {
    const sent = [...this.#groups.values()].flatMap((group) => group.sent);
    const totals = { ...this.#past };
    for (const { connection } of this.#clients.values()) if (connection) addTo(totals, connection);
    this.#post({ kind: 'measured', sent, totals });
    for (const [playFeed, group] of this.#groups) if (group.isOver) this.#groups.delete(playFeed);
  }
}

function addTo(totals: SrtTotals, { sender, receiver }: SrtConnection): void {
  totals.resent += sender?.stats.resent ?? 0;
  totals.lost += receiver?.stats.lost ?? 0;
  totals.dropped += (sender?.stats.dropped ?? 0) + (receiver?.stats.dropped ?? 0);
}

const now = () => performance.now() * 1000;
