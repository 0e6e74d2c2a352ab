import type { ErrorCode } from '@lianmai/protocol';

/** Pauses between attempts to reach a source: they double from `firstMs` to `maxMs`. */
export const RETRY_PAUSES = { firstMs: 1000, maxMs: 30_000 };

/** After a source has delivered media for this long, the pauses start over. */
export const STABLE_MS = 10_000;

/** Failures after which asking again can hardly help: a bad URL, a forbidden address. */
export const HOPELESS = new Set<ErrorCode>(['BAD_REQUEST', 'FORBIDDEN', 'ADDRESS_FORBIDDEN']);

/** A hopeless failure counts as this many at once, for the longest pause. */
export const HOPELESS_PAUSES = 30;
