import { createHash, randomBytes } from 'node:crypto';
import { LianmaiError, streamKey, type StreamRef } from '@lianmai/protocol';
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
  admission: Promise<Admission>;
  /** Whether the client has requested a media playlist, which makes it a viewer. */
  isWatching: boolean;
  seenMs: number;
  watchedMs: number;
  isKicked: boolean;
}

/** Bounds the memory. */
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
  readonly #silentMs: number;
  readonly #maxSessions: number;
  readonly #sessions = new Map<string, HlsViewerSession>();

  constructor(gate: Gate, silentMs: number, maxSessions = MAX_SESSIONS) {
    this.#gate = gate;
    this.#maxSessions = maxSessions;
    this.#silentMs = silentMs;
  }

  /** Throws the gate's error, FORBIDDEN for a kicked session, or RATE_LIMITED when there are too many. */
  async admit(stream: StreamRef, viewer: HlsViewer, isWatching: boolean): Promise<void> {
    const id = sessionKey(stream, viewer);
    const session = this.#sessions.get(id) ?? this.#open(id, stream, viewer);
    session.seenMs = nowMs();
    if (isWatching) Object.assign(session, { isWatching, watchedMs: session.seenMs });
    await session.admission;
    session.seenMs = nowMs();
    if (session.isKicked) throw new LianmaiError('FORBIDDEN', undefined, { message: 'An operator ended this session.' });
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
    for (const [id, session] of this.#sessions) {
      if (atMs - session.seenMs <= (session.isKicked ? Math.max(KICKED_MS, this.#silentMs) : this.#silentMs)) continue;
      this.#sessions.delete(id);
      release(session);
    }
  }

  close(): void {
    for (const session of this.#sessions.values()) release(session);
    this.#sessions.clear();
  }

  #open(id: string, { app, name }: StreamRef, { ip, params }: HlsViewer): HlsViewerSession {
    if (this.#sessions.size >= this.#maxSessions) this.#makeRoom();
    const admission = this.#gate.admit({ app, name, action: 'play', protocol: 'hls', ip, params });
    const session: HlsViewerSession = {
      key: streamKey({ app, name }),
      admission,
      isWatching: false,
      seenMs: nowMs(),
      watchedMs: 0,
      isKicked: false,
    };
    this.#sessions.set(id, session);
    admission.then(
      (admitted) => {
        const leave = () => {
          session.isKicked = true;
          admitted.release();
        };
        admitted.signal.addEventListener('abort', leave, { once: true });
      },
      () => {
        if (this.#sessions.get(id) === session) this.#sessions.delete(id);
      },
    );
    return session;
  }

  /** Drops a session that has fetched only master playlists, so viewers always find room. If it continues, the gate admits it again. */
  #makeRoom(): void {
    for (const [id, session] of this.#sessions) {
      if (session.isWatching || session.isKicked) continue;
      this.#sessions.delete(id);
      return release(session);
    }
    throw new LianmaiError('RATE_LIMITED');
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
