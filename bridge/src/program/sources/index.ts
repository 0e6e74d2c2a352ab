/**
 * The sources of a program: each decodes one participant's video and audio and keeps them on the monotonic clock until the compositor asks. A whole program
 * runs in one worker thread; only the decoders are separate processes.
 */
export type { Frame, Source } from './sourceContract.js';
export { RtpSource, type RtpSourceOptions, type RtpSourceStats } from './RtpSource.js';
