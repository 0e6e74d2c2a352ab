// @ts-check
/** Messages of the set-up. They go to stderr; stdout carries only the result (`--print-config`, the tests' last line). */

/** A problem whose message says everything; printed without a stack. */
export class SetupError extends Error {
  /** @override */
  name = 'SetupError';
}

/** @param {string} line */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/**
 * Announces a step with its estimated time, runs it, and prints how long it took.
 * @template T
 * @param {string} what
 * @param {string} estimate in words: "about a minute"
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(what, estimate, work) {
  const startedAtMs = Date.now();
  say(`▸ ${what} (${estimate}) …`);
  const result = await work();
  say(`  done in ${((Date.now() - startedAtMs) / 1000).toFixed(1)} s`);
  return result;
}
