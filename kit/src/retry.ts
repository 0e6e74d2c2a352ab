/** Exponential waits between attempts, with jitter on the upper half so that clients that failed together do not retry together. */
export interface Backoff {
  /** Longest first wait, ms. */
  firstMs: number;
  /** Longest wait, ms. */
  maxMs: number;
}

/** Returns the wait before attempt `attempt` (0 = first retry), ms. */
export function backoffMs({ firstMs, maxMs }: Backoff, attempt: number, random: () => number = Math.random): number {
  const bound = Math.min(maxMs, firstMs * 2 ** Math.min(attempt, 30));
  return Math.round(bound * (0.5 + 0.5 * random()));
}

/** Resolves after `ms`, or rejects with the signal's reason if it aborts first. */
export function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(asError(signal.reason));
    const onAbort = () => {
      clearTimeout(timer);
      reject(asError(signal.reason));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

const asError = (reason: unknown) => (reason instanceof Error ? reason : new Error(String(reason)));
