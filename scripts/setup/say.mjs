// @ts-check
/** What the set-up tells people. It goes to stderr: stdout belongs to what was asked for (`--print-config`, the tests' last line). */

/** A problem whose message is all that a person needs: printed without a stack. */
export class SetupError extends Error {
  /** @override */
  name = 'SetupError';
}

/** @param {string} line */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/**
 * Says what is done and how long it takes, does it, and says how long it took.
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
