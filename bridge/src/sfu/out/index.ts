/**
 * Streams of the hub sent to the server's SFU as plain RTP: H.264 (RFC 6184) and Opus (RFC 7587), with sender reports for synchronisation.
 */
export { SfuFeeds, type SfuFeedsOptions } from './SfuFeeds.js';
