/** For tests and the bench: virtual time, and links that lose datagrams. */
export { UdpRelay, type RelayOptions } from './UdpRelay.js';
