/**
 * Streams over WebRTC with nothing but HTTP for signalling: WHIP (RFC 9725) in, WHEP out. A publisher gets a corner of the SFU of its own, from which
 * plain RTP goes to the bridge and the hub; a stream that somebody watches is sent by its bridge into the SFU once, whatever the number of viewers.
 */
export { parseFragment } from './sdp/index.js';
export { WebRtc, type Opened, type Request as WebRtcRequest, type WebRtcOptions } from './WebRtc.js';
export type { WhipSession } from './WhipSession.js';
