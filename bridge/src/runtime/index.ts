/** The ground under every part of the bridge: one monotonic clock, the descriptors that are left, and threads that start from source and from built code alike. */
export { nowMs } from './clock.js';
export { affordableConnections, assertDescriptorsFree } from './descriptors.js';
export { startThread, untilLoaded } from './thread.js';
