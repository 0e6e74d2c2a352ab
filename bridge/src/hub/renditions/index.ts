/**
 * Streams in the form that each kind of reader can play:
 *
 *     const playable = renditions.open(stream, WEBRTC);   // a Stream; throws UNSUPPORTED if it cannot be converted (AV1 to WebRTC)
 *     const reader = playable.createReader(...);          // read it like any stream
 *
 * All readers of a kind share one `Rendition`, which runs while it has readers and a few seconds longer. Tags pass through it by reference
 * while they fit; otherwise they come from a `ConvertedStream`, shared by renditions with the same plan. FFmpeg gets only the tracks that
 * need transcoding. When a publisher returns with other codecs, readers stay on one stream and one timeline.
 *
 * An output that has a destination to connect to first waits until the stream's tracks are known:
 *
 *     const reader = await renditions.read(stream, FLV, { name, maxQueueBytes, ... }, signal);
 */
export { FLV, HLS, MP4, SRT, WEBRTC, type AcceptedCodecs } from './acceptedCodecs.js';
export { waitForTracks } from './waitForTracks.js';
export type { MediaInfo } from './StreamProbe.js';
export { Renditions, type OpenReader, type RenditionsOptions } from './Renditions.js';
