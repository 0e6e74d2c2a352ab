import { randomBytes } from 'node:crypto';
import type { Closable, Log } from '@lianmai/kit';
import {
  AuthoriseRequest,
  LianmaiError,
  parse,
  streamKey,
  type AuthoriseReply,
  type StreamClient,
  type StreamRef,
} from '@lianmai/protocol';
import type { Bridge, BridgePool } from '../bridge/index.js';
import type { Sfu } from '../sfu/index.js';
import { SfuFeed } from './SfuFeed.js';
import { WhepRoom } from './WhepRoom.js';
import { publish, type PublishRequest } from './WhipPublisher.js';
import { parseOffer } from './sdp/index.js';
import type { WhipSession } from './WhipSession.js';

export interface WebRtcOptions {
  sfu: Sfu;
  bridges: BridgePool;
  /** The one gate. Publishers are asked about by the bridge, players here. Throws for a no. */
  authorise: (request: AuthoriseRequest) => AuthoriseReply | Promise<AuthoriseReply>;
  log: Log;
  /** Default 10000. */
  lingerMs?: number;
  /** WHIP and WHEP together; default 5000. */
  maxSessions?: number;
  /** From one address; default 500, because a whole office may be behind one. */
  maxSessionsPerIp?: number;
}

/** What came in through the door. */
export type Request = Omit<PublishRequest, 'offer'> & { sdp: string };

export interface Opened {
  session: WhipSession;
  answer: string;
}

interface Entry {
  session: WhipSession;
  /** Players are known here; publishers are in the register of their bridge. */
  client: StreamClient | null;
  key: string;
  ip: string;
}

/** Each costs the bridge and the SFU what one viewer costs. */
const MAX_BRANCHES = 4;
const DEFAULTS = { lingerMs: 10_000, maxSessions: 5000, maxSessionsPerIp: 500 };

/** Everybody who publishes by WHIP or plays by WHEP. */
export class WebRtc implements Closable {
  readonly #options: WebRtcOptions;
  readonly #sessions = new Map<string, Entry>();
  /** Of each stream that is watched: how it is sent into the SFU, usually once. */
  readonly #rooms = new Map<string, Promise<WhepRoom>[]>();
  /** On their way in, by address. */
  readonly #pending = new Map<string, number>();
  #isClosed = false;

  constructor(options: WebRtcOptions) {
    this.#options = options;
  }

  publish(request: Request): Promise<Opened> {
    return this.#admit(request, async () => {
      const offer = parseOffer(request.sdp);
      const { sfu, log } = this.#options;
      const opened = await publish({ ...request, offer }, { sfu, log, bridge: this.#leastLoaded() });
      this.#register(opened.session, request, null);
      return opened;
    });
  }

  play(request: Request): Promise<Opened> {
    return this.#admit(request, async () => {
      const offer = parseOffer(request.sdp);
      const { ip, params, stream } = request;
      const client = { id: randomBytes(9).toString('base64url'), action: 'play', protocol: 'whep', ip } as const;
      await this.#options.authorise(parse(AuthoriseRequest, { ...stream, ...client, clientId: client.id, params }));
      const room = await this.#room(stream);
      const opened = await room.play(offer);
      this.#register(opened.session, request, { ...client, sinceMs: Date.now(), bytes: 0 });
      return opened;
    });
  }

  /** A stream for a room's stage, from the bridge that has it. NOT_FOUND while it is not live. */
  openFeed(stream: StreamRef): Promise<SfuFeed> {
    return this.#fromBridge((bridge) => SfuFeed.open(bridge, stream));
  }

  /** NOT_FOUND when it is over, or never was. */
  session(id: string): WhipSession {
    const entry = this.#sessions.get(id);
    if (!entry) throw new LianmaiError('NOT_FOUND');
    return entry.session;
  }

  /** Who plays a stream, with what each has been sent. */
  clients(stream: StreamRef): Promise<StreamClient[]> {
    const players = this.#of(stream).flatMap(({ session, client }) => (client ? [{ session, client }] : []));
    return Promise.all(players.map(async ({ session, client }) => ({ ...client, bytes: await session.bytesSent() })));
  }

  count(stream: StreamRef): number {
    return this.#of(stream).filter(({ client }) => client).length;
  }

  /** Ends one player's session, or all of the stream; answers how many. */
  kick(stream: StreamRef, clientId?: string): number {
    const meant = this.#of(stream).filter(({ client }) => client && (clientId === undefined || client.id === clientId));
    for (const { session } of meant) session.close('an operator ended it');
    return meant.length;
  }

  /** Sessions now, for metrics. */
  get stats(): { publishers: number; players: number; feeds: number } {
    const players = [...this.#sessions.values()].filter(({ client }) => client).length;
    return { publishers: this.#sessions.size - players, players, feeds: [...this.#rooms.values()].flat().length };
  }

  async close(reason: string): Promise<void> {
    this.#isClosed = true;
    for (const { session } of [...this.#sessions.values()]) session.close(reason);
    for (const room of [...this.#rooms.values()].flat()) (await room.catch(() => null))?.close(reason);
  }

  /** Limits first: what follows costs memory and other processes' time. */
  async #admit(request: Request, open: () => Promise<Opened>): Promise<Opened> {
    const { maxSessions = DEFAULTS.maxSessions, maxSessionsPerIp = DEFAULTS.maxSessionsPerIp } = this.#options;
    const { ip } = request;
    if (this.#isClosed) throw new LianmaiError('SHUTTING_DOWN');
    const pending = this.#pending.get(ip) ?? 0;
    const ofIp = [...this.#sessions.values()].filter((entry) => entry.ip === ip).length;
    const all = this.#sessions.size + [...this.#pending.values()].reduce((sum, one) => sum + one, 0);
    if (ofIp + pending >= maxSessionsPerIp || all >= maxSessions) throw new LianmaiError('RATE_LIMITED', { retryAfterMs: 5000 });
    this.#pending.set(ip, pending + 1);
    try {
      return await open();
    } finally {
      const left = (this.#pending.get(ip) ?? 1) - 1;
      if (left > 0) this.#pending.set(ip, left);
      else this.#pending.delete(ip);
    }
  }

  #register(session: WhipSession, { stream, ip }: Request, client: StreamClient | null): void {
    this.#sessions.set(session.id, { session, client, key: streamKey(stream), ip });
    session.once('closed', () => this.#sessions.delete(session.id));
    if (this.#isClosed) session.close('the server is shutting down');
  }

  /** Where a newcomer gets a picture at once; a stream is sent into the SFU a few times if need be, then they wait for its next key frame. */
  async #room(stream: StreamRef): Promise<WhepRoom> {
    const branches = this.#rooms.get(streamKey(stream)) ?? [];
    const rooms = (await Promise.all(branches)).filter(({ isClosed }) => !isClosed);
    const [first, ...others] = rooms.filter(({ isQuick }) => isQuick);
    if (first) return leastWatched(first, others);
    // Somebody else may have opened one meanwhile.
    const present = this.#rooms.get(streamKey(stream)) ?? [];
    const [pending, ...more] = present;
    if (!pending || present.length < MAX_BRANCHES) return this.#branch(stream);
    return leastWatched(await pending, await Promise.all(more));
  }

  #branch(stream: StreamRef): Promise<WhepRoom> {
    const key = streamKey(stream);
    const opening = this.#openRoom(stream);
    this.#rooms.set(key, [...(this.#rooms.get(key) ?? []), opening]);
    const forget = () => {
      const left = (this.#rooms.get(key) ?? []).filter((one) => one !== opening);
      if (left.length > 0) this.#rooms.set(key, left);
      else this.#rooms.delete(key);
    };
    opening.then(
      (room) => (room.isClosed ? forget() : room.once('closed', forget)),
      () => forget(),
    );
    return opening;
  }

  #openRoom(stream: StreamRef): Promise<WhepRoom> {
    const { sfu, log, lingerMs = DEFAULTS.lingerMs } = this.#options;
    return this.#fromBridge((bridge) => WhepRoom.open(stream, { sfu, bridge, log, lingerMs }));
  }

  /** Asks one after another: NOT_FOUND means the next may have it. */
  async #fromBridge<T>(open: (bridge: Bridge) => Promise<T>): Promise<T> {
    let rejection: unknown = new LianmaiError('BRIDGE_UNAVAILABLE');
    for (const bridge of this.#connected()) {
      try {
        return await open(bridge);
      } catch (error) {
        rejection = error;
        if (!(error instanceof LianmaiError) || error.code !== 'NOT_FOUND') throw error;
      }
    }
    throw rejection;
  }

  #leastLoaded(): Bridge {
    const [first, ...others] = this.#connected();
    if (!first) throw new LianmaiError('BRIDGE_UNAVAILABLE');
    return others.reduce((best, one) => (one.load < best.load ? one : best), first);
  }

  #connected(): Bridge[] {
    return this.#options.bridges.bridges.filter(({ state }) => state === 'connected');
  }

  #of(stream: StreamRef): Entry[] {
    const key = streamKey(stream);
    return [...this.#sessions.values()].filter((entry) => entry.key === key);
  }
}

const leastWatched = (first: WhepRoom, others: readonly WhepRoom[]): WhepRoom =>
  others.reduce((best, one) => (one.viewers < best.viewers ? one : best), first);
