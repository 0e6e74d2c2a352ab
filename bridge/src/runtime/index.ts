/** What every part of the bridge runs on: the one monotonic clock, and threads that start from source and from built code alike. */
export { nowMs } from './clock.js';
export { startThread } from './thread.js';
