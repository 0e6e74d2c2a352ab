/**
 * What a program is made of: each source decodes one participant's picture and sound and keeps them on the monotonic clock until the compositor asks.
 * Everything of a program runs in one worker thread; only the decoders are processes of their own.
 */
export type { Frame, Source } from './contract.js';
export { RtpReceiver, type RtpReceiverOptions } from '../../media/rtp/index.js';
export { RtpSource, type RtpSourceOptions, type RtpSourceStats } from './RtpSource.js';
/** Single tracks, for who wants a publisher's media as it came instead of decoded. */
export { SlidingMinimum } from '../../media/rtp/SlidingMinimum.js';
export { TrackClock, type TrackKind } from './SourceSync.js';
export { TrackInput } from '../../media/rtp/TrackInput.js';
export { VideoTrack } from './video/index.js';
