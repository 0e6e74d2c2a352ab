/** Waits between attempts: exponential with full jitter on the upper half, so that many who failed together do not return together. */
export interface Backoff {
  /** Upper bound of the first wait, ms. */
  firstMs: number;
  /** Upper bound that waits grow to, ms. */
  maxMs: number;
}

/** Wait before attempt `attempt` (0 = first retry), ms. */
export function backoffMs({ firstMs, maxMs }: Backoff, attempt: number, random: () => number = Math.random): number {
  const bound = Math.min(maxMs, firstMs * 2 ** Math.min(attempt, 30));
  return Math.round(bound * (0.5 + 0.5 * random()));
}

/** Resolves after `ms`; rejects with the signal's reason when it is aborted first. */
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
