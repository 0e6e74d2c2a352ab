/**
 * Conversion by need: a stream as a kind of reader can take it. Use:
 *
 *     const { stream: playable, changed, close } = renditions.open(stream, WEBRTC);
 *     const reader = playable.createReader(...);   // read as from any stream
 *     ...
 *     close();                                     // once, when the reader has gone
 *
 * `open` answers the same stream when nothing has to be changed, else ONE derived stream that all readers with that need share. It starts with the first of
 * them and ends some seconds after the last; its timeline is the source's. Only what has to be transcoded goes through FFmpeg, the rest passes in Node.
 * `open` throws UNSUPPORTED where there is no way (AV1 to WebRTC). `changed` aborts when what was given no longer fits, because the publisher has come back with
 * other codecs: open again then. Ask as late as possible, when the first tags are there: before, a stream is relayed until it is known what it needs.
 *
 * Who reads for hours and wants none of that takes a reader that does it all:
 *
 *     const reader = await renditions.read(stream, FLV, { name, maxQueueBytes, ... }, signal);
 */
export { FLV, HLS, MP4, SRT, WEBRTC, type AcceptedCodecs } from './acceptedCodecs.js';
export { waitForTracks } from './waitForTracks.js';
export type { MediaInfo } from './StreamProbe.js';
export { Renditions, type OpenReader, type OpenRendition, type RenditionsOptions } from './Renditions.js';
