import {
  LianmaiError,
  OutputInfo,
  PlayUrlsReply,
  RecordingsReply,
  SignInReply,
  StreamClientsReply,
  StreamList,
  StreamReply,
  type CreateStream,
  type OutputRequest,
  type StreamRef,
  type UpdateStream,
} from '@lianmai/protocol';
import { z } from 'zod';
import { callApi } from './callApi';

/** Kept per tab. Another tab, or the next person at this browser, must sign in again. */
const STORAGE_KEY = 'lianmai.operator';

const Nothing = z.unknown();
const stream = (id: string): string => `/streams/${encodeURIComponent(id)}`;

interface Ask<S> {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  body?: unknown;
  reply: S;
}

/**
 * A signed-in operator: every API request for streams and recordings, with the operator's token. Rejects with LianmaiError; UNAUTHENTICATED
 * means that the operator must sign in again.
 */
export class OperatorSession {
  readonly #token: string;

  private constructor(token: string) {
    this.#token = token;
  }

  /** Keeps only the token, not the key's secret. */
  static async signIn(key: string, secret: string): Promise<OperatorSession> {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ key, secret }) };
    const { token, expiresAtMs } = await callApi('/api/v1/session', SignInReply, init);
    store((storage) => storage.setItem(STORAGE_KEY, JSON.stringify({ token, expiresAtMs })));
    return new OperatorSession(token);
  }

  /** Restores the sign-in from before a reload. Returns null if there was none, or if it has expired. */
  static resume(): OperatorSession | null {
    const stored = store((storage) => storage.getItem(STORAGE_KEY)) ?? null;
    const saved = SignInReply.safeParse(fromJson(stored));
    return saved.success && saved.data.expiresAtMs > Date.now() ? new OperatorSession(saved.data.token) : null;
  }

  signOut(): void {
    store((storage) => storage.removeItem(STORAGE_KEY));
  }

  list = (): Promise<StreamList> => this.#ask('/streams', { reply: StreamList });

  create = (wanted: CreateStream): Promise<StreamReply> => this.#ask('/streams', { method: 'POST', body: wanted, reply: StreamReply });

  /** Fields that are left out stay as they are. */
  update = (id: string, options: UpdateStream): Promise<StreamReply> =>
    this.#ask(stream(id), { method: 'PATCH', body: options, reply: StreamReply });

  addOutput = (id: string, output: OutputRequest): Promise<OutputInfo> =>
    this.#ask(`${stream(id)}/outputs`, { method: 'POST', body: output, reply: OutputInfo });

  async removeOutput(id: string, outputId: string): Promise<void> {
    await this.#ask(`${stream(id)}/outputs/${encodeURIComponent(outputId)}`, { method: 'DELETE', reply: Nothing });
  }

  /** Newest first, limited to those that began before `before`. */
  recordings({ app, name, before, limit }: Partial<StreamRef> & { before?: number; limit: number }): Promise<RecordingsReply> {
    const query = new URLSearchParams({ limit: String(limit) });
    for (const [key, value] of Object.entries({ app, name, before })) if (value !== undefined) query.set(key, String(value));
    return this.#ask(`/recordings?${query.toString()}`, { reply: RecordingsReply });
  }

  async removeRecording(id: string): Promise<void> {
    await this.#ask(`/recordings/${encodeURIComponent(id)}`, { method: 'DELETE', reply: Nothing });
  }

  rotateKey = (id: string): Promise<StreamReply> => this.#ask(`${stream(id)}/key`, { method: 'POST', reply: StreamReply });

  async remove(id: string): Promise<void> {
    await this.#ask(stream(id), { method: 'DELETE', reply: Nothing });
  }

  /** Returns URLs for a stream with signed playback, valid for `ttlSeconds`. */
  playUrls = (id: string, ttlSeconds: number): Promise<PlayUrlsReply> =>
    this.#ask(`${stream(id)}/play-urls`, { method: 'POST', body: { ttlSeconds }, reply: PlayUrlsReply });

  clients = (id: string): Promise<StreamClientsReply> => this.#ask(`${stream(id)}/clients`, { reply: StreamClientsReply });

  /** Disconnects a player or the publisher. */
  async kick(id: string, clientId: string): Promise<void> {
    await this.#ask(`${stream(id)}/clients/${encodeURIComponent(clientId)}`, { method: 'DELETE', reply: Nothing });
  }

  async #ask<S extends z.ZodType>(path: string, { method = 'GET', body, reply }: Ask<S>): Promise<z.infer<S>> {
    const headers = { authorization: `Bearer ${this.#token}`, ...(body !== undefined && { 'content-type': 'application/json' }) };
    return callApi(`/api/v1${path}`, reply, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
  }
}

/** The token is no longer valid, so the operator must sign in again. */
export const isSignedOut = (error: unknown): boolean =>
  error instanceof LianmaiError && (error.code === 'UNAUTHENTICATED' || error.code === 'TOKEN_EXPIRED');

/** Storage may be forbidden. The sign-in then lasts as long as the page. */
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
