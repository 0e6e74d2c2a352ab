/** Nothing is judged by it: it ends what hangs, on a machine that is busy with something else too. */
export const PATIENCE_MS = 60_000;

/** Asks until the answer is there; for facts outside this process that announce themselves to nobody. Fails with what was awaited. */
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

/** Lets media run for a known time: the subject of the test is what happens in it, not that it is over. */
export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
