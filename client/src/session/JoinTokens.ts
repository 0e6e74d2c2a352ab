import type { ErrorCode, Role } from '@lianmai/protocol';
import { requestLobbyToken, type LobbyToken } from './lobbyApi';

/** A token that ends sooner than this is renewed before it is used, ms. */
const RENEW_BEFORE_MS = 30_000;

interface TokenOptions {
  room: string;
  name: string;
  role: Role;
  /** From the operator's page: used as it is, and final when it is refused. */
  given?: string | undefined;
  /** From before a reload. */
  saved?: { token: string; expiresAtMs: number | null } | undefined;
}

type Ask = (request: { room: string; name: string; role: Role }) => Promise<LobbyToken>;

/** The join token of this session: given, saved, or asked from the lobby, and asked again when it ran out. */
export class JoinTokens {
  readonly #options: TokenOptions;
  readonly #ask: Ask;
  #current: { token: string; expiresAtMs: number | null } | null;

  constructor(options: TokenOptions, ask: Ask = requestLobbyToken) {
    this.#options = options;
    this.#ask = ask;
    this.#current = options.given === undefined ? (options.saved ?? null) : { token: options.given, expiresAtMs: null };
  }

  get current(): { token: string; expiresAtMs: number | null } | null {
    return this.#current;
  }

  async get(): Promise<string> {
    const { room, name, role } = this.#options;
    if (!this.#current || this.#endsSoon(this.#current)) this.#current = await this.#ask({ room, name, role });
    return this.#current.token;
  }

  /** After a refused handshake: forgets the token, and answers whether another can be asked for. */
  forget(code: ErrorCode): boolean {
    const isAboutToken = code === 'TOKEN_EXPIRED' || code === 'UNAUTHENTICATED';
    if (!isAboutToken || this.#options.given !== undefined) return false;
    this.#current = null;
    return true;
  }

  #endsSoon({ expiresAtMs }: { expiresAtMs: number | null }): boolean {
    return expiresAtMs !== null && this.#options.given === undefined && expiresAtMs - Date.now() < RENEW_BEFORE_MS;
  }
}
