/** Publishers on the server's SFU (WHIP): the SFU forwards their tracks as plain RTP, and they become streams of the hub. */
export { SfuIngests, type SfuIngestsOptions } from './SfuIngests.js';
