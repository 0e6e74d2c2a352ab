/** Streams of the hub on their way into the server's SFU as plain RTP: H.264 (RFC 6184) and Opus (RFC 7587), with reports that keep them together. */
export { SfuFeeds, type SfuFeedsOptions } from './SfuFeeds.js';
