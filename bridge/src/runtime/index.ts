/** The ground under every part of the bridge: one monotonic clock, and threads that start from source and from built code alike. */
export { nowMs } from './clock.js';
export { startThread } from './thread.js';
