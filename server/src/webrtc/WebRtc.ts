import { randomBytes } from 'node:crypto';
import { KEPT_FOR_PUBLISHERS, Places, type Closable, type Log, type PlaceRole } from '@lianmai/kit';
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
  /** Authorises players; bridges authorise publishers. Throws if the client may not play. */
  authorise: (request: AuthoriseRequest) => AuthoriseReply | Promise<AuthoriseReply>;
  log: Log;
  /** How long a feed outlives its last viewer, ms; default 10000. */
  lingerMs?: number;
  /** Limit for WHIP and WHEP together, of which a tenth is kept for publishers; default 5000. */
  maxSessions?: number;
  /** Limit per address (IPv6: /64), of which a tenth is kept for publishers; default 500, since a whole office may share one. */
  maxSessionsPerAddress?: number;
}

/** A WHIP or WHEP request as the router received it. */
export type Request = Omit<PublishRequest, 'offer'> & { sdp: string };

export interface Opened {
  session: WhipSession;
  answer: string;
}

interface Entry {
  session: WhipSession;
  /** Set for players; publishers are in their bridge's register. */
  client: StreamClient | null;
  key: string;
}

/** Each one costs the bridge and the SFU as much as a viewer. */
const MAX_BRANCHES = 4;
const DEFAULTS = { lingerMs: 10_000, maxSessions: 5000, maxSessionsPerAddress: 500 };

/** All WHIP publishers and WHEP players. */
export class WebRtc implements Closable {
  readonly #options: WebRtcOptions;
  readonly #sessions = new Map<string, Entry>();
  /** For each watched stream, its paths into the SFU, usually one. */
  readonly #rooms = new Map<string, Promise<WhepRoom>[]>();
  /** Of sessions, also while they are being opened. */
  readonly #places: Places;
  #isClosed = false;

  constructor(options: WebRtcOptions) {
    this.#options = options;
    const { log, maxSessions = DEFAULTS.maxSessions, maxSessionsPerAddress = DEFAULTS.maxSessionsPerAddress } = options;
    this.#places = new Places({
      name: 'WHIP and WHEP sessions',
      total: maxSessions,
      perAddress: maxSessionsPerAddress,
      keptForPublishers: KEPT_FOR_PUBLISHERS,
      log,
    });
  }

  publish(request: Request): Promise<Opened> {
    return this.#admit(request, 'publish', async () => {
      const offer = parseOffer(request.sdp);
      const { sfu, log } = this.#options;
      const opened = await publish({ ...request, offer }, { sfu, log, bridge: this.#leastLoaded() });
      this.#register(opened.session, request, null);
      return opened;
    });
  }

  play(request: Request): Promise<Opened> {
    return this.#admit(request, 'play', async () => {
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

  /** Opens a feed for a room's stage from the bridge that has the stream. Throws NOT_FOUND while it is not live. */
  openStreamFeed(stream: StreamRef): Promise<SfuFeed> {
    return this.#fromBridge((bridge) => SfuFeed.open(bridge, stream));
  }

  /** Throws NOT_FOUND if the session has ended or never existed. */
  session(id: string): WhipSession {
    const entry = this.#sessions.get(id);
    if (!entry) throw new LianmaiError('NOT_FOUND');
    return entry.session;
  }

  /** Lists a stream's players, with the bytes sent to each. */
  clients(stream: StreamRef): Promise<StreamClient[]> {
    const players = this.#of(stream).flatMap(({ session, client }) => (client ? [{ session, client }] : []));
    return Promise.all(players.map(async ({ session, client }) => ({ ...client, bytes: await session.bytesSent() })));
  }

  count(stream: StreamRef): number {
    return this.#of(stream).filter(({ client }) => client).length;
  }

  /** Ends one player's session, or all of the stream's. Returns the number. */
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

  /** Takes a place first, since opening a session costs memory and work in other processes. Throws RATE_LIMITED or OVERLOADED without one. */
  async #admit({ ip }: Request, role: PlaceRole, open: () => Promise<Opened>): Promise<Opened> {
    if (this.#isClosed) throw new LianmaiError('SHUTTING_DOWN');
    const giveBack = this.#places.take(ip, role);
    try {
      const opened = await open();
      if (!this.#sessions.has(opened.session.id)) giveBack();
      else opened.session.once('closed', giveBack);
      return opened;
    } catch (error) {
      giveBack();
      throw error;
    }
  }

  #register(session: WhipSession, { stream }: Request, client: StreamClient | null): void {
    this.#sessions.set(session.id, { session, client, key: streamKey(stream) });
    session.once('closed', () => this.#sessions.delete(session.id));
    if (this.#isClosed) session.close('the server is shutting down');
  }

  /**
   * Finds a room where a new viewer gets a picture at once. If need be, the stream enters the SFU several times; beyond that, viewers
   * wait for a key frame.
   */
  async #room(stream: StreamRef): Promise<WhepRoom> {
    const branches = this.#rooms.get(streamKey(stream)) ?? [];
    const rooms = (await Promise.all(branches)).filter(({ isClosed }) => !isClosed);
    const [first, ...others] = rooms.filter(({ isQuick }) => isQuick);
    if (first) return leastWatched(first, others);
    // Another viewer may have opened one in the meantime.
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

  /** Asks the bridges in turn: after NOT_FOUND, the next may have the stream. */
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
    return others.reduce((best, one) => (one.reservedCores < best.reservedCores ? one : best), first);
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
