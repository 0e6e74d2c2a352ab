import {
  LianmaiError,
  PlayUrlsReply,
  SessionReply,
  StreamClientsReply,
  StreamList,
  StreamReply,
  type CreateStream,
} from '@lianmai/protocol';
import { z } from 'zod';
import { call } from './http';

/** Kept by the tab: another tab, and whoever opens this browser tomorrow, signs in again. */
const STORAGE_KEY = 'lianmai.operator';

const Nothing = z.unknown();

interface Ask<S> {
  method?: 'GET' | 'POST' | 'DELETE';
  body?: unknown;
  reply: S;
}

/** An operator's page signed in: every request of the streams API, with its token. Rejects with LianmaiError; UNAUTHENTICATED means sign in again. */
export class OperatorSession {
  readonly #token: string;

  private constructor(token: string) {
    this.#token = token;
  }

  /** The key's secret is not kept, only the token that it was given for. */
  static async signIn(key: string, secret: string): Promise<OperatorSession> {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ key, secret }) };
    const { token, expiresAtMs } = await call('/api/v1/session', SessionReply, init);
    store((storage) => storage.setItem(STORAGE_KEY, JSON.stringify({ token, expiresAtMs })));
    return new OperatorSession(token);
  }

  /** From before a reload; null: nobody signed in, or too long ago. */
  static resume(): OperatorSession | null {
    const stored = store((storage) => storage.getItem(STORAGE_KEY)) ?? null;
    const saved = SessionReply.safeParse(fromJson(stored));
    return saved.success && saved.data.expiresAtMs > Date.now() ? new OperatorSession(saved.data.token) : null;
  }

  signOut(): void {
    store((storage) => storage.removeItem(STORAGE_KEY));
  }

  list = (): Promise<StreamList> => this.#ask('', { reply: StreamList });

  create = (stream: CreateStream): Promise<StreamReply> => this.#ask('', { method: 'POST', body: stream, reply: StreamReply });

  rotateKey = (id: string): Promise<StreamReply> => this.#ask(`/${encodeURIComponent(id)}/key`, { method: 'POST', reply: StreamReply });

  async remove(id: string): Promise<void> {
    await this.#ask(`/${encodeURIComponent(id)}`, { method: 'DELETE', reply: Nothing });
  }

  /** Addresses of a stream with signed play that play for `ttlSeconds`. */
  playUrls = (id: string, ttlSeconds: number): Promise<PlayUrlsReply> =>
    this.#ask(`/${encodeURIComponent(id)}/play-urls`, { method: 'POST', body: { ttlSeconds }, reply: PlayUrlsReply });

  clients = (id: string): Promise<StreamClientsReply> => this.#ask(`/${encodeURIComponent(id)}/clients`, { reply: StreamClientsReply });

  /** Sends a player or the publisher away. */
  async kick(id: string, clientId: string): Promise<void> {
    await this.#ask(`/${encodeURIComponent(id)}/clients/${encodeURIComponent(clientId)}`, { method: 'DELETE', reply: Nothing });
  }

  async #ask<S extends z.ZodType>(path: string, { method = 'GET', body, reply }: Ask<S>): Promise<z.infer<S>> {
    const headers = { authorization: `Bearer ${this.#token}`, ...(body !== undefined && { 'content-type': 'application/json' }) };
    return call(`/api/v1/streams${path}`, reply, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
  }
}

/** The token is no good any more: whoever asks must sign in again. */
export const isSignedOut = (error: unknown): boolean =>
  error instanceof LianmaiError && (error.code === 'UNAUTHENTICATED' || error.code === 'TOKEN_EXPIRED');

/** Storage can be forbidden: then the sign-in lives as long as the page. */
function store<T>(use: (storage: Storage) => T): T | null {
  try {
    return use(sessionStorage);
  } catch {
    return null;
  }
}

function fromJson(stored: string | null): unknown {
  try {
    return JSON.parse(stored ?? 'null');
  } catch {
    return null;
  }
}
