import { LianmaiError } from '@lianmai/protocol';
import { nowMs } from '../../../runtime/index.js';

interface Waiter {
  isMet: () => boolean;
  deadlineMs: number;
  resolve: (isMet: boolean) => void;
}

/** Maximum waiting requests per channel. Each holds a socket, so the socket limits usually apply first. */
const MAX_WAITERS = 20_000;

/** Requests held until a condition is met. One event rechecks them all; a check once a second expires those past their deadline. */
export class BlockingRequests {
  readonly #waiters = new Set<Waiter>();
  #isClosed = false;

  get count(): number {
    return this.#waiters.size;
  }

  /** Resolves with true when the condition is met, false on timeout. Throws RATE_LIMITED when too many requests wait. */
  wait(isMet: () => boolean, timeoutMs: number, signal: AbortSignal): Promise<boolean> {
    if (isMet()) return Promise.resolve(true);
    if (this.#isClosed || signal.aborted) return Promise.resolve(false);
    if (this.#waiters.size >= MAX_WAITERS) throw new LianmaiError('RATE_LIMITED');
    return new Promise((resolve) => {
      const onAbort = () => waiter.resolve(false);
      const waiter: Waiter = {
        isMet,
        deadlineMs: nowMs() + timeoutMs,
        resolve: (met) => {
          this.#waiters.delete(waiter);
          signal.removeEventListener('abort', onAbort);
          resolve(met);
        },
      };
      this.#waiters.add(waiter);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  wake(): void {
    for (const waiter of this.#waiters) if (waiter.isMet()) waiter.resolve(true);
  }

  /** `atMs`: on the monotonic clock. */
  expire(atMs: number): void {
    for (const waiter of this.#waiters) if (waiter.deadlineMs <= atMs) waiter.resolve(false);
  }

  close(): void {
    this.#isClosed = true;
    for (const waiter of this.#waiters) waiter.resolve(false);
  }
}
