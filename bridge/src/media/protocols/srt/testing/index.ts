/** For tests and the bench: time that jumps, links that lose. */
export { UdpRelay, type RelayOptions } from './UdpRelay.js';
