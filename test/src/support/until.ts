/** Ends a wait that hangs. No test depends on its value; a busy machine may need much of it. */
export const PATIENCE_MS = 150_000;

/** Polls `ask` until it returns a value; for facts outside this process that send no event. Throws with `what` was awaited. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  timeoutMs = PATIENCE_MS,
  everyMs = 50,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== null && answer !== undefined && answer !== false) return answer;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}${last ? ` (last: ${String(last)})` : ''}`);
    await pause(everyMs);
  }
}

/** Lets media run for a known time, where the test is about what happens during it. */
export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
