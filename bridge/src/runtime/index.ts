/** The ground under every part of the bridge: one monotonic clock, the descriptors that are left, signs of life for the parent process, and threads that start from source and from built code alike. */
export { nowMs, readClocks, type Clocks } from './clock.js';
export { affordableConnections, assertDescriptorsFree } from './descriptors.js';
export { sendAlive } from './sendAlive.js';
export { startThread } from './thread.js';
