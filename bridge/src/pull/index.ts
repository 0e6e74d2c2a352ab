/**
 * Streams that the bridge pulls itself: RTMP, HTTP-FLV, HLS, RTSP, SRT, or a file in the operator's media folder, retried for ever. FFmpeg speaks the
 * protocols and returns MPEG-TS. A route stands between it and the source: it connects to addresses that the guard has checked, wherever redirects lead.
 */
export { ROUTES } from './openRoute.js';
export { Pull, type PullEvents, type PullOptions } from './Pull.js';
