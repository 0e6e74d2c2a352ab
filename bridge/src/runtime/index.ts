/** The ground under every part of the bridge: its clocks, the descriptors that are left, priorities, and threads that start from source and from built code alike. */
export { nowMs, readClocks, type Clocks } from './clock.js';
export { affordableConnections, assertDescriptorsFree } from './descriptors.js';
export { decoderNiceness, NICENESS, setOwnNiceness } from './priority.js';
export { startThread, untilLoaded } from './thread.js';
