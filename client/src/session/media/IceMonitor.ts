import type { types } from 'mediasoup-client';

/** Most disconnections recover by themselves (a Wi-Fi hiccup, renegotiation on Safari). Only a lasting one needs a restart. */
export const DISCONNECTED_GRACE_MS = 3000;
/** Longer than ICE and DTLS ever need. After that, UDP and TCP are probably blocked. */
export const CONNECT_TIMEOUT_MS = 8000;
/** After this many failed restarts the transport is replaced. */
export const MAX_RESTARTS = 3;

interface IceMonitorHandlers {
  /** Signalling works at the moment. Nothing can be restarted without it, and `restarted` follows once it is back. */
  isOnline(): boolean;
  /** Restarts ICE with new parameters from the server. */
  restart(): void;
  /** Media does not get through, although it should. */
  onBlocked(isBlocked: boolean): void;
  /** Restarting has not helped. */
  onDead(): void;
}

/** Decides from one transport's connection states when to restart ICE, when to report media as blocked, and when to give up. */
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
        // A restart passes through this state too, with its own timer running.
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

  /** Media that should arrive does not. ICE itself would need some seconds more to notice. */
  silent(): void {
    if (!this.#isClosed && this.#restarts === 0) this.#restart();
  }

  /** ICE is being restarted anyway after a lost socket. Another restart would only undo it. */
  restarted(): void {
    if (this.#isClosed) return;
    this.#restarts = Math.max(1, this.#restarts);
    this.#arm(CONNECT_TIMEOUT_MS, () => this.#giveUpWaiting());
  }

  /** Stops waiting: the restarted transport was connected all along, or nothing can be done now. */
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
