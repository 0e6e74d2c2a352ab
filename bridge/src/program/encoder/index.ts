/** Raw frames and samples → one FLV timeline. FFmpeg does the work; this folder keeps one running and keeps the timeline whole when it does not. */
export { Encoder, type EncoderOptions } from './Encoder.js';
export type { Sound } from './FrameStore.js';
