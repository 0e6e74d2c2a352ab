/**
 * What a program is made of: each source decodes one participant's picture and sound and keeps them on the monotonic clock until the compositor asks.
 * Everything of a program runs in one worker thread; only the decoders are processes of their own.
 */
export type { Frame, Source } from './contract.js';
export { RtpSource, type RtpSourceOptions, type RtpSourceStats } from './RtpSource.js';
