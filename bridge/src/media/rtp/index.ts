/** RTP as the SFU sends it: one port, tracks by SSRC, packets put in order and assembled into frames. Everything but the socket is pure. */
export { RtpReceiver, type RtpReceiverOptions, type RtpSink } from './RtpReceiver.js';
export { type RtpPacket } from './rtpPacket.js';
export { type SenderReport } from './rtcp.js';
export { FrameAssembler } from './FrameAssembler.js';
export type { EncodedFrame } from './EncodedFrame.js';
export { opusSamples } from './opusPayload.js';
export { SlidingMinimum } from './SlidingMinimum.js';
export { TrackClock, type FrameTime, type TrackKind } from './TrackClock.js';
export { TrackInput } from './TrackInput.js';
export { KeyFrameRequests } from './KeyFrameRequests.js';
export { RtpVideoTrack } from './RtpVideoTrack.js';
