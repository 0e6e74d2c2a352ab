/** How a destination does, the same for a room's program and for a stream. Its words are the part `outputs`. */
export { NextRetry } from './NextRetry';
export { OutputRow } from './OutputRow';
