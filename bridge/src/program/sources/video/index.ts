/** Video of a source: RTP → whole frames → one supervised decoder → a queue on the source's clock. */
export { VideoInput, type VideoInputStats } from './VideoInput.js';
