/**
 * Streams over WebRTC with only HTTP for signalling: WHIP (RFC 9725) in, WHEP out. A publisher gets a room of its own in the SFU, from
 * which plain RTP goes to the bridge and the hub. A watched stream enters the SFU once from its bridge, however many viewers it has.
 */
export { parseFragment } from './sdp/index.js';
export { WebRtc, type Opened, type Request as WebRtcRequest, type WebRtcOptions } from './WebRtc.js';
export type { WhipSession } from './WhipSession.js';
