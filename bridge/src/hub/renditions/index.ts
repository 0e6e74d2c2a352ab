/**
 * A stream as a kind of reader can take it. Use:
 *
 *     const playable = renditions.open(stream, WEBRTC);   // a Stream; throws UNSUPPORTED where there is no way (AV1 to WebRTC)
 *     const reader = playable.createReader(...);          // read as from any stream
 *
 * All readers of a kind share one `Rendition`, which runs while it has readers and a few seconds longer. Tags pass through it by reference while nothing has to
 * be changed; otherwise they come from a `ConvertedStream`, which renditions with the same plan share. Only what has to be transcoded goes through FFmpeg. A
 * publisher may come back with other codecs: readers stay on one stream and one timeline.
 *
 * A reader with a destination first waits until it is known what the stream is:
 *
 *     const reader = await renditions.read(stream, FLV, { name, maxQueueBytes, ... }, signal);
 */
export { FLV, HLS, MP4, SRT, WEBRTC, type AcceptedCodecs } from './acceptedCodecs.js';
export { waitForTracks } from './waitForTracks.js';
export type { MediaInfo } from './StreamProbe.js';
export { Renditions, type OpenReader, type RenditionsOptions } from './Renditions.js';
