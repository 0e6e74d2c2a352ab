/** Publishers that the server's SFU takes (WHIP): the SFU sends their tracks here as plain RTP, and they become streams of the hub like everybody else's. */
export { SfuIngests, type SfuIngestsOptions } from './SfuIngests.js';
