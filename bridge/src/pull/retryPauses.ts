/** Pauses between attempts to reach a source: they double from `firstMs` to `maxMs`. */
export const RETRY_PAUSES = { firstMs: 1000, maxMs: 30_000 };

/** A source that delivered media for this long starts again with the first pause. */
export const STABLE_MS = 10_000;

/** Failures counted at once where asking again can hardly help (a bad URL, a forbidden address), so that the pause is the longest. */
export const HOPELESS_PAUSES = 30;
