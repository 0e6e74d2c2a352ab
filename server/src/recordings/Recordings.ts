import { createHmac, randomBytes } from 'node:crypto';
import { LianmaiError, type BridgeRequestReply, type Recording, type StreamRef } from '@lianmai/protocol';
import { isSame } from '../authorisation/index.js';
import type { Bridge, BridgePool } from '../bridge/index.js';

export interface RecordingQuery extends Partial<StreamRef> {
  beforeMs?: number | undefined;
  limit: number;
}

export type FoundRecording = BridgeRequestReply<'readRecording'> & { bridge: Bridge };

/** How long a URL plays: a film and a break. */
const GRANT_TTL_MS = 12 * 3600_000;

/** Recordings of all connected bridges. */
export class Recordings {
  readonly #bridges: BridgePool;
  /** A new secret each run, so URLs do not outlive the process. */
  readonly #secret = randomBytes(32);

  constructor(bridges: BridgePool) {
    this.#bridges = bridges;
  }

  /** Newest first. */
  async list({ limit, ...filter }: RecordingQuery): Promise<Recording[]> {
    const { app, name, beforeMs } = filter;
    const query = {
      limit,
      ...(app !== undefined && { app }),
      ...(name !== undefined && { name }),
      ...(beforeMs !== undefined && { beforeMs }),
    };
    const answers = await Promise.all(this.#connected.map((bridge) => bridge.request('listRecordings', query)));
    return answers
      .flatMap(({ recordings }) => recordings)
      .sort((a, b) => b.startedAtMs - a.startedAtMs)
      .slice(0, limit);
  }

  /** Throws NOT_FOUND. */
  async get(id: string): Promise<FoundRecording> {
    let rejection: unknown = new LianmaiError('BRIDGE_UNAVAILABLE');
    for (const bridge of this.#connected) {
      try {
        return { ...(await bridge.request('readRecording', { id })), bridge };
      } catch (error) {
        rejection = error;
        if (!(error instanceof LianmaiError) || error.code !== 'NOT_FOUND') throw error;
      }
    }
    throw rejection;
  }

  async delete(id: string): Promise<void> {
    const { bridge } = await this.get(id);
    await bridge.request('deleteRecording', { id });
  }

  /** Makes a URL that plays without credentials, segments included: `/recordings/{grant}/{file}`. */
  grant({ id, format }: Recording, nowMs = Date.now()): { path: string; expiresAtMs: number } {
    const expiresAtMs = nowMs + GRANT_TTL_MS;
    const file = format === 'hls' ? 'index.m3u8' : `${id}.${format}`;
    return { path: `/recordings/${id}~${expiresAtMs}~${this.#sign(id, expiresAtMs)}/${file}`, expiresAtMs };
  }

  /** Returns the recording id from a grant. Throws UNAUTHENTICATED or TOKEN_EXPIRED. */
  redeem(grant: string, nowMs = Date.now()): string {
    const [id = '', expires = '', signature = ''] = grant.split('~');
    if (!isSame(signature, this.#sign(id, Number(expires)))) throw new LianmaiError('UNAUTHENTICATED');
    if (Number(expires) < nowMs)
      throw new LianmaiError('TOKEN_EXPIRED', undefined, { message: 'This URL has expired. Read the recording again to get a new one.' });
    return id;
  }

  get #connected(): Bridge[] {
    return this.#bridges.bridges.filter(({ state }) => state === 'connected');
  }

  #sign(id: string, expiresAtMs: number): string {
    return createHmac('sha256', this.#secret).update(`${id}:${expiresAtMs}`).digest('base64url');
  }
}
