import { LianmaiError, toLianmaiError, type EventData, type EventName } from '@lianmai/protocol';
import { randomId } from '../state';
import type { JoinTokens } from './JoinTokens';
import { BRISK_ATTEMPT, REOPENS_WITHIN_MS, endsRoomSession, reconnectDelayMs, waitToReconnect } from './reconnectPolicy';
import { SignallingSocket, type EventListener, type Request } from './SignallingSocket';

const PING_EVERY_MS = 3000;
/** Longer than any plausible round trip, even on a machine that is busy encoding. */
const PING_TIMEOUT_MS = 5000;
/** Shorter, because something else already suggests that the network is gone. */
const DOUBTFUL_PING_TIMEOUT_MS = 2000;
const LEAVE_TIMEOUT_MS = 1000;
/** How long a repeatable request waits for a reconnect. */
const RECONNECT_PATIENCE_MS = 20_000;

export type OpenSocket = (token: string, handlers: Parameters<typeof SignallingSocket.connect>[1]) => Promise<SocketLike>;
type SocketLike = Pick<SignallingSocket, 'request' | 'drop' | 'close'>;

interface ConnectionOptions<R> {
  tokens: JoinTokens;
  /** Takes the person's place on a new socket. */
  enter: (request: Request) => Promise<R>;
  onEntered(reply: R, clockOffsetMs: number): void;
  onEvent: EventListener;
  onLost(): void;
  /** Final: no other callback follows. */
  onEnded(error: LianmaiError): void;
  openSocket?: OpenSocket | undefined;
}

interface Waiter {
  resolve: () => void;
  reject: (error: LianmaiError) => void;
}

/** Keeps a person connected to the server across any number of sockets: enters, enters again after a loss, and ends with one reason. */
export class Connection<R extends { nowMs: number }> {
  readonly #options: ConnectionOptions<R>;
  readonly #openSocket: OpenSocket;
  readonly #abort = new AbortController();
  readonly #waiters = new Set<Waiter>();
  #signalling: SocketLike | null = null;
  #isIn = false;
  /** Events that arrived before the reply to `enter`. They are newer than its snapshot. */
  #early: (() => void)[] = [];

  constructor(options: ConnectionOptions<R>) {
    this.#options = options;
    this.#openSocket = options.openSocket ?? ((token, handlers) => SignallingSocket.connect(token, handlers));
  }

  /** Enters, or rejects with the reason. From then on, losses are repaired. */
  async open(): Promise<void> {
    await this.#connect();
    if (!this.#abort.signal.aborted) this.#watch();
  }

  readonly request: Request = (name, data, options) => {
    if (!this.#signalling || !this.#isIn) return Promise.reject(new LianmaiError('TIMEOUT', { request: name }));
    return this.#signalling.request(name, data, options);
  };

  /** Sends it again once after a reconnect, under the same id. */
  readonly requestWithRetry: Request = async (name, data, given) => {
    const options = { ...given, id: randomId() };
    try {
      return await this.request(name, data, options);
    } catch (error) {
      if (toLianmaiError(error).code !== 'TIMEOUT') throw error;
      await this.#entered();
      return this.request(name, data, options);
    }
  };

  get isIn(): boolean {
    return this.#isIn;
  }

  /** Checks the connection now, because something else suggests that the network is gone. */
  check(): void {
    void this.#ping(DOUBTFUL_PING_TIMEOUT_MS);
  }

  /**
   * Waits for the server's acknowledgement before closing. socket.io discards a message that arrives together with the close, and the seat
   * would stay taken for the grace period.
   */
  async leave(): Promise<void> {
    const signalling = this.#isIn ? this.#signalling : null;
    if (signalling) this.#signalling = null;
    this.close();
    await signalling?.request('leave', {}, { timeoutMs: LEAVE_TIMEOUT_MS }).catch(() => undefined);
    signalling?.close();
  }

  close(): void {
    this.#abort.abort();
    this.#isIn = false;
    this.#signalling?.close();
    this.#signalling = null;
    for (const { reject } of this.#waiters) reject(new LianmaiError('TIMEOUT'));
  }

  async #connect(): Promise<void> {
    const { tokens } = this.#options;
    try {
      await this.#enter(await tokens.get());
    } catch (error) {
      // The token has expired, or an earlier run of the server signed it. Try once more with a fresh one.
      if (!(error instanceof LianmaiError) || !tokens.forget(error.code)) throw error;
      await this.#enter(await tokens.get());
    }
  }

  async #enter(token: string): Promise<void> {
    this.#early = [];
    const signalling = await this.#openSocket(token, {
      onEvent: (name, data) => this.#receive(name, data),
      onClosed: () => this.#lose(),
    });
    this.#signalling = signalling;
    if (this.#abort.signal.aborted) signalling.close();
    try {
      const sentAtMs = Date.now();
      const reply = await this.#options.enter(signalling.request);
      this.#accept(reply, reply.nowMs - (sentAtMs + Date.now()) / 2);
    } catch (error) {
      signalling.close();
      this.#signalling = null;
      throw error;
    }
  }

  #accept(reply: R, clockOffsetMs: number): void {
    if (this.#abort.signal.aborted) return;
    this.#isIn = true;
    this.#options.onEntered(reply, clockOffsetMs);
    for (const deliver of this.#early.splice(0)) deliver();
    for (const { resolve } of this.#waiters) resolve();
  }

  #receive<N extends EventName>(name: N, data: EventData<N>): void {
    if (name === 'disconnecting') return this.#handleDisconnecting(data as EventData<'disconnecting'>);
    const deliver = () => this.#options.onEvent(name, data);
    if (this.#isIn) deliver();
    else this.#early.push(deliver);
  }

  #handleDisconnecting({ code, message }: EventData<'disconnecting'>): void {
    const error = new LianmaiError(code, undefined, { message });
    // If the token can be renewed or the server is restarting, the end of the socket is an ordinary loss.
    if (endsRoomSession(error) && !this.#options.tokens.forget(code)) this.#end(error);
  }

  #end(error: LianmaiError): void {
    if (this.#abort.signal.aborted) return;
    this.close();
    this.#options.onEnded(error);
  }

  /** If a socket is lost before it has entered, `enter` rejects instead. */
  #lose(): void {
    if (!this.#isIn) return;
    this.#isIn = false;
    this.#signalling = null;
    this.#options.onLost();
    void this.#reconnect();
  }

  async #reconnect(): Promise<void> {
    const { signal } = this.#abort;
    // Monotonic: a corrected clock neither ends nor prolongs the attempts.
    const sinceMs = performance.now();
    let last = new LianmaiError('TIMEOUT');
    for (let attempt = 0; !signal.aborted; attempt++) {
      const waitMs = reconnectDelayMs(attempt, performance.now() - sinceMs);
      if (waitMs === null) return this.#end(last);
      await waitToReconnect(waitMs, signal);
      if (signal.aborted) return;
      try {
        return await this.#connect();
      } catch (error) {
        last = toLianmaiError(error);
        const mayReopen = this.#mayReopen(last, performance.now() - sinceMs);
        if (mayReopen) attempt = Math.min(attempt, BRISK_ATTEMPT);
        else if (endsRoomSession(last)) return this.#end(last);
      }
    }
  }

  /** A restarted server knows the room again only once its host is back. Until then its lobby issues no tokens for it. */
  #mayReopen({ code }: LianmaiError, elapsedMs: number): boolean {
    return code === 'NOT_FOUND' && this.#options.tokens.current === null && elapsedMs < REOPENS_WITHIN_MS;
  }

  /** Resolves once the person is in again. */
  #entered(): Promise<void> {
    if (this.#isIn) return Promise.resolve();
    if (this.#abort.signal.aborted) return Promise.reject(new LianmaiError('TIMEOUT'));
    return new Promise((resolve, reject) => {
      const settle = (then: () => void) => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        then();
      };
      const waiter: Waiter = { resolve: () => settle(resolve), reject: (error) => settle(() => reject(error)) };
      const timer = setTimeout(() => waiter.reject(new LianmaiError('TIMEOUT')), RECONNECT_PATIENCE_MS);
      this.#waiters.add(waiter);
    });
  }

  #watch(): void {
    const { signal } = this.#abort;
    const timer = setInterval(() => void this.#ping(PING_TIMEOUT_MS), PING_EVERY_MS);
    signal.addEventListener('abort', () => clearInterval(timer), { once: true });
    addEventListener('offline', () => this.check(), { signal });
  }

  /** A dead connection may show neither an error nor a close for minutes, so ask. */
  async #ping(timeoutMs: number): Promise<void> {
    const signalling = this.#signalling;
    if (!signalling || !this.#isIn) return;
    await signalling.request('ping', {}, { timeoutMs }).catch((error: unknown) => {
      if (toLianmaiError(error).code === 'TIMEOUT') signalling.drop();
    });
  }
}
