import { createHash, randomBytes } from 'node:crypto';
import { networkOf, Places, type Log } from '@lianmai/kit';
import { LianmaiError, streamKey, type AuthoriseReply, type StreamRef } from '@lianmai/protocol';
import type { Admission, Gate } from '../../../hub/gate/index.js';
import { nowMs } from '../../../runtime/index.js';

/** A client that requests a playlist. */
export interface HlsViewer {
  /** From the URL; null for a player that skipped the master playlist. */
  session: string | null;
  ip: string;
  agent: string;
  /** Query parameters for the gate. */
  params: Record<string, string>;
}

interface HlsViewerSession {
  key: string;
  network: string;
  giveBack: () => void;
  /** The media key of the last complete playlist of each kind that the viewer of a signed stream got. */
  playlistKeys: Map<string, string>;
  admission: Promise<Admission>;
  /** Whether the client has requested a media playlist, which makes it a viewer. */
  isWatching: boolean;
  seenMs: number;
  watchedMs: number;
  isKicked: boolean;
}

export interface HlsViewerSessionsOptions {
  /** A session is forgotten after this long without a request, ms. */
  silentMs: number;
  /** Bounds the memory; default 50000. */
  maxSessions?: number;
  /** Sessions of one address, which is a /64 for IPv6; default: no limit of its own. */
  maxPerAddress?: number;
  /** Called when a viewer asks for a playlist; `isFresh`: the server has just answered. */
  onAdmitted?: (stream: StreamRef, policy: AuthoriseReply, isFresh: boolean) => void;
  log?: Pick<Log, 'warn'>;
}

const MAX_SESSIONS = 50_000;
/** A player silent for this long no longer counts as a viewer. */
const AWAY_MS = 10_000;
/** How long a kicked session is remembered after its last request. */
const KICKED_MS = 60_000;

export const newSessionId = () => randomBytes(9).toString('base64url');

/**
 * HLS viewers. The gate admits each once, and a silent session is released after a while. A session belongs to one IP: a playlist URL that
 * is passed on counts as another viewer and needs its own admission.
 */
export class HlsViewerSessions {
  readonly #gate: Gate;
  readonly #options: HlsViewerSessionsOptions;
  readonly #places: Places;
  readonly #sessions = new Map<string, HlsViewerSession>();
  readonly #idsByNetwork = new Map<string, Set<string>>();

  constructor(gate: Gate, options: HlsViewerSessionsOptions) {
    this.#gate = gate;
    this.#options = options;
    const { maxSessions = MAX_SESSIONS, maxPerAddress = maxSessions, log } = options;
    this.#places = new Places({ name: 'HLS viewers', setting: 'origin.maxPerAddress', total: maxSessions, perAddress: maxPerAddress, log });
  }

  /**
   * Throws the gate's error, FORBIDDEN for a kicked session, RATE_LIMITED when the address has too many, or OVERLOADED when there are too many in all. Returns
   * what the viewer has got so far.
   */
  async admit(stream: StreamRef, viewer: HlsViewer, isWatching: boolean): Promise<Pick<HlsViewerSession, 'playlistKeys'>> {
    const id = sessionKey(stream, viewer);
    const session = this.#sessions.get(id) ?? this.#open(id, stream, viewer);
    session.seenMs = nowMs();
    if (isWatching) Object.assign(session, { isWatching, watchedMs: session.seenMs });
    const { policy } = await session.admission;
    session.seenMs = nowMs();
    if (session.isKicked) throw new LianmaiError('FORBIDDEN', undefined, { message: 'An operator ended this session.' });
    this.#options.onAdmitted?.(stream, policy, false);
    return session;
  }

  count(stream: StreamRef): number {
    const key = streamKey(stream);
    return this.#countIf((session) => session.key === key);
  }

  get watching(): number {
    return this.#countIf(() => true);
  }

  /** `atMs`: on the monotonic clock. */
  expire(atMs: number): void {
    const { silentMs } = this.#options;
    for (const [id, session] of this.#sessions) {
      if (atMs - session.seenMs > (session.isKicked ? Math.max(KICKED_MS, silentMs) : silentMs)) this.#remove(id, session);
    }
  }

  close(): void {
    for (const [id, session] of this.#sessions) this.#remove(id, session);
  }

  #open(id: string, { app, name }: StreamRef, { ip, params }: HlsViewer): HlsViewerSession {
    const network = networkOf(ip);
    const giveBack = this.#takePlace(ip, network);
    const admission = this.#admitFresh({ app, name }, { ip, params });
    const session: HlsViewerSession = {
      key: streamKey({ app, name }),
      network,
      giveBack,
      playlistKeys: new Map(),
      admission,
      isWatching: false,
      seenMs: nowMs(),
      watchedMs: 0,
      isKicked: false,
    };
    this.#sessions.set(id, session);
    this.#idsByNetwork.set(network, (this.#idsByNetwork.get(network) ?? new Set()).add(id));
    admission.then(
      (admitted) => {
        const leave = () => {
          session.isKicked = true;
          admitted.release();
        };
        admitted.signal.addEventListener('abort', leave, { once: true });
      },
      () => this.#remove(id, session),
    );
    return session;
  }

  async #admitFresh(stream: StreamRef, { ip, params }: Pick<HlsViewer, 'ip' | 'params'>): Promise<Admission> {
    const admission = await this.#gate.admit({ ...stream, action: 'play', protocol: 'hls', ip, params });
    this.#options.onAdmitted?.(stream, admission.policy, true);
    return admission;
  }

  /** Drops a session that has fetched only master playlists if need be, so viewers find room. If it continues, the gate admits it again. */
  #takePlace(ip: string, network: string): () => void {
    if (!this.#places.hasPlace(ip)) {
      const { maxPerAddress = Infinity } = this.#options;
      const own = this.#idsByNetwork.get(network) ?? new Set<string>();
      this.#dropUnwatched(own.size >= maxPerAddress ? own : this.#sessions.keys());
    }
    return this.#places.take(ip);
  }

  #dropUnwatched(ids: Iterable<string>): void {
    for (const id of ids) {
      const session = this.#sessions.get(id);
      if (!session || session.isWatching || session.isKicked) continue;
      return this.#remove(id, session);
    }
  }

  #remove(id: string, session: HlsViewerSession): void {
    session.giveBack();
    release(session);
    if (this.#sessions.get(id) !== session) return;
    this.#sessions.delete(id);
    const ids = this.#idsByNetwork.get(session.network);
    ids?.delete(id);
    if (ids?.size === 0) this.#idsByNetwork.delete(session.network);
  }

  #countIf(isMeant: (session: HlsViewerSession) => boolean): number {
    const sinceMs = nowMs() - AWAY_MS;
    let count = 0;
    for (const session of this.#sessions.values())
      if (session.isWatching && !session.isKicked && session.watchedMs >= sinceMs && isMeant(session)) count++;
    return count;
  }
}

function release({ admission }: HlsViewerSession): void {
  admission.then(
    (admitted) => admitted.release(),
    () => undefined,
  );
}

/** Tells sessionless players of one IP apart by user agent and parameters, so none of them uses the admission of another. */
function sessionKey(stream: StreamRef, { session, ip, agent, params }: HlsViewer): string {
  const text = JSON.stringify([agent, Object.entries(params).sort(([one], [other]) => (one < other ? -1 : 1))]);
  const own = session ?? `agent ${createHash('sha1').update(text).digest('base64url')}`;
  return `${streamKey(stream)} ${ip} ${own}`;
}
