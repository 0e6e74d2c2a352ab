import { createHash, randomBytes } from 'node:crypto';
import { LianmaiError, streamKey, type StreamRef } from '@lianmai/protocol';
import type { Admission, Gate } from '../../../hub/gate/index.js';

/** Who asks for a playlist. */
export interface HlsViewer {
  /** From the URL; null: a player that has come without the master. */
  session: string | null;
  ip: string;
  agent: string;
  /** What the gate is told. */
  params: Record<string, string>;
}

interface HlsViewerSession {
  key: string;
  admission: Promise<Admission>;
  /** Has asked for a media playlist: it is a viewer. */
  isWatching: boolean;
  seenMs: number;
  watchedMs: number;
  isKicked: boolean;
}

/** Memory is bounded, whoever asks. */
const MAX_SESSIONS = 50_000;
/** A player that has not asked for this long has gone: for counting. */
const AWAY_MS = 10_000;
/** How long one that was sent away is remembered after its last try. */
const KICKED_MS = 60_000;

export const newSessionId = () => randomBytes(9).toString('base64url');

/**
 * Viewers, each asked for at the gate once and let go when they have been silent for a while. A session belongs to an address: a playlist's URL that is
 * passed on is another viewer, and the gate is asked again.
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

  /** Throws what the gate throws, FORBIDDEN for who was sent away, RATE_LIMITED when there are too many. */
  async admit(stream: StreamRef, viewer: HlsViewer, isWatching: boolean): Promise<void> {
    const id = sessionKey(stream, viewer);
    const session = this.#sessions.get(id) ?? this.#open(id, stream, viewer);
    session.seenMs = Date.now();
    if (isWatching) Object.assign(session, { isWatching, watchedMs: session.seenMs });
    await session.admission;
    session.seenMs = Date.now();
    if (session.isKicked) throw new LianmaiError('FORBIDDEN', undefined, { message: 'An operator ended this session.' });
  }

  count(stream: StreamRef): number {
    const key = streamKey(stream);
    return this.#countIf((session) => session.key === key);
  }

  get watching(): number {
    return this.#countIf(() => true);
  }

  expire(nowMs: number): void {
    for (const [id, session] of this.#sessions) {
      if (nowMs - session.seenMs <= (session.isKicked ? Math.max(KICKED_MS, this.#silentMs) : this.#silentMs)) continue;
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
      seenMs: Date.now(),
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

  /** Whoever asks for masters alone takes no viewer's place. Who is dropped and goes on is asked for at the gate again. */
  #makeRoom(): void {
    for (const [id, session] of this.#sessions) {
      if (session.isWatching || session.isKicked) continue;
      this.#sessions.delete(id);
      return release(session);
    }
    throw new LianmaiError('RATE_LIMITED');
  }

  #countIf(isMeant: (session: HlsViewerSession) => boolean): number {
    const sinceMs = Date.now() - AWAY_MS;
    let count = 0;
    for (const session of this.#sessions.values())
      if (session.isWatching && !session.isKicked && session.watchedMs >= sinceMs && isMeant(session)) count++;
    return count;
  }
}

const release = ({ admission }: HlsViewerSession) =>
  void admission.then(
    (admitted) => admitted.release(),
    () => undefined,
  );

/** Players without a session are told apart by what tells players of one address apart; none of them passes with what another one was let in with. */
function sessionKey(stream: StreamRef, { session, ip, agent, params }: HlsViewer): string {
  const text = JSON.stringify([agent, Object.entries(params).sort(([one], [other]) => (one < other ? -1 : 1))]);
  const own = session ?? `agent ${createHash('sha1').update(text).digest('base64url')}`;
  return `${streamKey(stream)} ${ip} ${own}`;
}
