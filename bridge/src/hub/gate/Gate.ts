import { randomBytes } from 'node:crypto';
import { Places } from '@lianmai/kit';
import {
  AuthoriseRequest,
  LianmaiError,
  parse,
  streamKey,
  type AuthoriseReply,
  type PlayProtocol,
  type StreamClient,
  type StreamRef,
} from '@lianmai/protocol';

export type GateRequest = Omit<AuthoriseRequest, 'clientId'>;

/** A client that the server has admitted. */
export interface Admission {
  readonly clientId: string;
  readonly policy: AuthoriseReply;
  /** Aborts when an operator kicks the client; the reason is a FORBIDDEN LianmaiError. */
  readonly signal: AbortSignal;
  /** Media bytes transferred so far. The code that moves the media adds to it. */
  bytes: number;
  /** Removes the client from the register. Safe to call twice. */
  release(): void;
}

export interface GateOptions {
  /** Asks the server. Rejects when the server denies the request. */
  authorise: (request: AuthoriseRequest) => Promise<AuthoriseReply>;
}

interface RegisteredClient {
  client: Omit<StreamClient, 'bytes'>;
  admission: Admission;
  abort: AbortController;
}

/** Requests that may wait for the server at the same time, in all and of one address. A longer queue would only delay the server further. */
const MAX_PENDING = { total: 2000, perAddress: 1000 };

/** Admits clients, keeps a register of them, and disconnects them on request. */
export class Gate {
  readonly #options: GateOptions;
  readonly #clients = new Map<string, RegisteredClient>();
  readonly #idsByStream = new Map<string, Set<string>>();
  readonly #pending = new Places({ name: 'requests that wait for an answer', ...MAX_PENDING });

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** Throws BAD_REQUEST for an invalid stream name, RATE_LIMITED or OVERLOADED when too many requests wait, or the server's own error. */
  async admit(request: GateRequest): Promise<Admission> {
    const clientId = randomBytes(9).toString('base64url');
    const valid = parse(AuthoriseRequest, { ...request, clientId });
    const giveBack = this.#pending.take(request.ip);
    try {
      return this.#register(valid, await this.#options.authorise(valid));
    } finally {
      giveBack();
    }
  }

  clients(stream: StreamRef): StreamClient[] {
    return this.#clientsOf(stream).map(({ client, admission }) => ({ ...client, bytes: admission.bytes }));
  }

  publisher(stream: StreamRef): StreamClient | null {
    return this.clients(stream).find(({ action }) => action === 'publish') ?? null;
  }

  players(stream: StreamRef): Partial<Record<PlayProtocol, number>> {
    const counts: Partial<Record<string, number>> = {};
    for (const { client } of this.#clientsOf(stream)) {
      if (client.action === 'play') counts[client.protocol] = (counts[client.protocol] ?? 0) + 1;
    }
    return counts;
  }

  /** Kicks one client, or the stream's publisher if `clientId` is omitted. Returns the number of clients kicked. */
  kick(stream: StreamRef, clientId?: string): number {
    const isMeant = ({ client }: RegisteredClient) => (clientId === undefined ? client.action === 'publish' : client.id === clientId);
    const meant = this.#clientsOf(stream).filter(isMeant);
    for (const entry of meant)
      entry.abort.abort(new LianmaiError('FORBIDDEN', undefined, { message: 'An operator ended this connection.' }));
    return meant.length;
  }

  #clientsOf({ app, name }: StreamRef): RegisteredClient[] {
    const ids = this.#idsByStream.get(streamKey({ app, name }));
    return ids ? [...ids].flatMap((id) => this.#clients.get(id) ?? []) : [];
  }

  #register({ action, protocol, ip, app, name, clientId }: AuthoriseRequest, policy: AuthoriseReply): Admission {
    const abort = new AbortController();
    const key = streamKey({ app, name });
    const admission: Admission = { clientId, policy, signal: abort.signal, bytes: 0, release: () => this.#forget(key, clientId) };
    this.#clients.set(clientId, { client: { id: clientId, action, protocol, ip, sinceMs: Date.now() }, admission, abort });
    const ids = this.#idsByStream.get(key) ?? new Set();
    this.#idsByStream.set(key, ids.add(clientId));
    return admission;
  }

  #forget(key: string, clientId: string): void {
    this.#clients.delete(clientId);
    const ids = this.#idsByStream.get(key);
    ids?.delete(clientId);
    if (ids?.size === 0) this.#idsByStream.delete(key);
  }
}
