/** Audio of a source: RTP → Opus packets → samples at their place in the stream's time, read at the compositor's pace. */
export { AudioInput } from './AudioInput.js';
