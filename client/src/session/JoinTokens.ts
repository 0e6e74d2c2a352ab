import type { ErrorCode, Role } from '@lianmai/protocol';
import { requestLobbyToken, type LobbyToken } from './lobbyApi';

/** A token that expires sooner than this is renewed before use. */
const RENEW_BEFORE_MS = 30_000;

interface TokenOptions {
  room: string;
  name: string;
  role: Role;
  /** From the operator's page. Used as it is, and a refusal is final. */
  given?: string | undefined;
  /** From before a reload. */
  saved?: { token: string; expiresAtMs: number | null } | undefined;
}

type Ask = (request: { room: string; name: string; role: Role }) => Promise<LobbyToken>;

/** The join token of this participant: given, saved, or issued by the lobby and renewed when it expires. */
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

  /** Forgets the token after a refused handshake. Returns whether another can be requested. */
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
