import type { types } from 'mediasoup-client';

/** A mere `disconnected` heals by itself most of the time (Wi-Fi hiccup, renegotiation on Safari): only one that lasts is acted upon. */
export const DISCONNECTED_GRACE_MS = 3000;
/** Longer than ICE and DTLS need anywhere; then UDP and TCP are probably blocked. */
export const CONNECT_TIMEOUT_MS = 8000;
/** After so many restarts without success the transport is made anew. */
export const MAX_RESTARTS = 3;

interface IceMonitorHandlers {
  /** Signalling works: without it nothing can be restarted, and after it returns `restarted` follows. */
  isOnline(): boolean;
  /** Restart ICE with new parameters from the server. */
  restart(): void;
  /** Media does not get through although it should. */
  onBlocked(isBlocked: boolean): void;
  /** Beyond restarting. */
  onDead(): void;
}

/** Decides from one transport's connection states when to restart ICE, when to say that media is blocked, and when to give the transport up. */
export class IceMonitor {
  readonly #handlers: IceMonitorHandlers;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #restarts = 0;
  #isClosed = false;

  constructor(handlers: IceMonitorHandlers) {
    this.#handlers = handlers;
  }

  stateChanged(state: types.ConnectionState): void {
    if (this.#isClosed) return;
    switch (state) {
      case 'connecting':
        // A restart passes through here too, with its own time running.
        if (this.#restarts === 0) this.#arm(CONNECT_TIMEOUT_MS, () => this.#giveUpWaiting());
        return;
      case 'connected':
        clearTimeout(this.#timer);
        this.#restarts = 0;
        return this.#handlers.onBlocked(false);
      case 'disconnected':
        if (this.#restarts === 0) this.#arm(DISCONNECTED_GRACE_MS, () => this.#restart());
        return;
      case 'failed':
        return this.#restart();
      case 'new':
        return;
      case 'closed':
        return this.close();
    }
  }

  /** Somebody restarts ICE anyway (after a lost socket): a restart of our own would only undo it. */
  restarted(): void {
    if (this.#isClosed) return;
    this.#restarts = Math.max(1, this.#restarts);
    this.#arm(CONNECT_TIMEOUT_MS, () => this.#giveUpWaiting());
  }

  /** Nothing to wait for: a restart found the transport connected all the time, or nothing can be done now. */
  settled(): void {
    clearTimeout(this.#timer);
    this.#restarts = 0;
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #giveUpWaiting(): void {
    if (this.#handlers.isOnline()) this.#handlers.onBlocked(true);
    this.#restart();
  }

  #restart(): void {
    if (!this.#handlers.isOnline()) return this.settled();
    if (this.#restarts >= MAX_RESTARTS) {
      this.close();
      return this.#handlers.onDead();
    }
    this.#restarts += 1;
    this.#arm(CONNECT_TIMEOUT_MS, () => this.#giveUpWaiting());
    this.#handlers.restart();
  }

  #arm(ms: number, task: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(task, ms);
  }
}
