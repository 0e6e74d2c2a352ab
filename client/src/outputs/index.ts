/** How an output is doing, both for a room's program and for a stream. Its texts are the part `outputs`. */
export { NextRetry } from './NextRetry';
export { OutputRow } from './OutputRow';
export { withStreamKey } from './withStreamKey';
