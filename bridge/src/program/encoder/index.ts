/** Raw frames and samples → one FLV timeline. FFmpeg encodes; this folder keeps one FFmpeg running and the timeline intact when it fails. */
export { Encoder, type EncoderOptions } from './Encoder.js';
export { stepsOf, type EncodingStep } from './encodingSteps.js';
export type { AudioTick } from './FrameStore.js';
