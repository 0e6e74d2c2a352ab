/** Pauses between attempts to reach a source: they double from `firstMs` to `maxMs`. */
export const RETRY_PAUSES = { firstMs: 1000, maxMs: 30_000 };

/** After a source has delivered media for this long, the pauses start over. */
export const STABLE_MS = 10_000;

/** Counted as this many failures at once, for the longest pause: asking again can hardly help (a bad URL, a forbidden address). */
export const HOPELESS_PAUSES = 30;
