/**
 * Streams that the bridge fetches itself: RTMP, HTTP-FLV, HLS, RTSP, SRT or a file of the operator's media folder, retried for ever. FFmpeg speaks
 * the protocols and hands over MPEG-TS. What it may connect to is decided here, not there: a URL comes from people, and this machine stands inside a network.
 */
export { Pull, type PullEvents, type PullOptions } from './Pull.js';
