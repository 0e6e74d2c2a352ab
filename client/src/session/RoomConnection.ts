import { LianmaiError, toLianmaiError, type EventData, type EventName, type ParticipantId, type RequestReply } from '@lianmai/protocol';
import { BRISK_ATTEMPT, REOPENS_WITHIN_MS, endsRoomSession, reconnectDelayMs, waitToReconnect } from './reconnectPolicy';
import { SignallingSocket, type EventListener, type Request } from './SignallingSocket';
import type { JoinTokens } from './JoinTokens';

const PING_EVERY_MS = 3000;
/** Longer than any plausible round trip, even on a machine that is busy encoding. */
const PING_TIMEOUT_MS = 5000;
/** Shorter, because something else already suggests that the network is gone. */
const DOUBTFUL_PING_TIMEOUT_MS = 2000;
const LEAVE_TIMEOUT_MS = 1000;

export type JoinReply = RequestReply<'join'>;

interface ResumeInfo {
  participantId: ParticipantId;
  secret: string;
}

interface RoomConnectionOptions {
  tokens: JoinTokens;
  /** Resumes this participant after a page reload. */
  resume: ResumeInfo | null;
  onJoined(reply: JoinReply, clockOffsetMs: number): void;
  onEvent: EventListener;
  onLost(): void;
  /** Final: no other callback follows. */
  onEnded(error: LianmaiError): void;
}

/** Keeps a participant connected to the server across any number of sockets: joins, resumes after a loss, and ends with one reason. */
export class RoomConnection {
  readonly #options: RoomConnectionOptions;
  readonly #abort = new AbortController();
  #signalling: SignallingSocket | null = null;
  #isJoined = false;
  #resume: ResumeInfo | null;
  #resumeMedia: 'keep' | 'fresh' = 'fresh';
  /** Events that arrived before the reply to `join`. They are newer than its snapshot. */
  #early: (() => void)[] = [];

  constructor(options: RoomConnectionOptions) {
    this.#options = options;
    this.#resume = options.resume;
  }

  /** Joins, or rejects with the reason. From then on, losses are repaired. */
  async open(): Promise<void> {
    await this.#connect();
    if (!this.#abort.signal.aborted) this.#watch();
  }

  readonly request: Request = (name, data, options) => {
    if (!this.#signalling || !this.#isJoined) return Promise.reject(new LianmaiError('TIMEOUT', { request: name }));
    return this.#signalling.request(name, data, options);
  };

  get isJoined(): boolean {
    return this.#isJoined;
  }

  /** Checks the connection now, because something else suggests that the network is gone. */
  check(): void {
    void this.#ping(DOUBTFUL_PING_TIMEOUT_MS);
  }

  /** There are no transports left to keep, so the next resume asks for new ones. */
  forgetMedia(): void {
    this.#resumeMedia = 'fresh';
  }

  /**
   * Waits for the server's acknowledgement before closing. socket.io discards a message that arrives together with the close, and the seat
   * would stay taken for the grace period.
   */
  async leave(): Promise<void> {
    const signalling = this.#isJoined ? this.#signalling : null;
    if (signalling) this.#signalling = null;
    this.close();
    await signalling?.request('leave', {}, { timeoutMs: LEAVE_TIMEOUT_MS }).catch(() => undefined);
    signalling?.close();
  }

  close(): void {
    this.#abort.abort();
    this.#isJoined = false;
    this.#signalling?.close();
    this.#signalling = null;
  }

  async #connect(): Promise<void> {
    const { tokens } = this.#options;
    try {
      await this.#join(await tokens.get());
    } catch (error) {
      // The token has expired, or an earlier run of the server signed it. Try once more with a fresh one.
      if (!(error instanceof LianmaiError) || !tokens.forget(error.code)) throw error;
      await this.#join(await tokens.get());
    }
  }

  async #join(token: string): Promise<void> {
    this.#early = [];
    const signalling: SignallingSocket = await SignallingSocket.connect(token, {
      onEvent: (name, data) => this.#receive(name, data),
      onClosed: () => this.#lose(),
    });
    this.#signalling = signalling;
    if (this.#abort.signal.aborted) signalling.close();
    try {
      const sentAtMs = Date.now();
      const resume = this.#resume && { ...this.#resume, media: this.#resumeMedia };
      const reply = await signalling.request('join', resume ? { resume } : {});
      this.#accept(reply, reply.nowMs - (sentAtMs + Date.now()) / 2);
    } catch (error) {
      signalling.close();
      this.#signalling = null;
      throw error;
    }
  }

  #accept(reply: JoinReply, clockOffsetMs: number): void {
    if (this.#abort.signal.aborted) return;
    this.#resume = { participantId: reply.participantId, secret: reply.resumeSecret };
    this.#resumeMedia = 'keep';
    this.#isJoined = true;
    this.#options.onJoined(reply, clockOffsetMs);
    for (const deliver of this.#early.splice(0)) deliver();
  }

  #receive<N extends EventName>(name: N, data: EventData<N>): void {
    if (name === 'disconnecting') return this.#handleDisconnecting(data as EventData<'disconnecting'>);
    const deliver = () => this.#options.onEvent(name, data);
    if (this.#isJoined) deliver();
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

  /** If a socket is lost before it has joined, `join` rejects instead. */
  #lose(): void {
    if (!this.#isJoined) return;
    this.#isJoined = false;
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

  #watch(): void {
    const { signal } = this.#abort;
    const timer = setInterval(() => void this.#ping(PING_TIMEOUT_MS), PING_EVERY_MS);
    signal.addEventListener('abort', () => clearInterval(timer), { once: true });
    addEventListener('offline', () => this.check(), { signal });
  }

  /** A dead connection may show neither an error nor a close for minutes, so ask. */
  async #ping(timeoutMs: number): Promise<void> {
    const signalling = this.#signalling;
    if (!signalling || !this.#isJoined) return;
    await signalling.request('ping', {}, { timeoutMs }).catch((error: unknown) => {
      if (toLianmaiError(error).code === 'TIMEOUT') signalling.drop();
    });
  }
}
