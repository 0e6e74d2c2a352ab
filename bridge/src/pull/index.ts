/**
 * Streams that the bridge pulls itself: RTMP, HTTP-FLV, HLS, RTSP, SRT, or a file in the operator's media folder, retried for ever. FFmpeg speaks the
 * protocols and returns MPEG-TS. This wing decides what FFmpeg may connect to: URLs come from people, and this machine stands inside a network.
 */
export { Pull, type PullEvents, type PullOptions } from './Pull.js';
