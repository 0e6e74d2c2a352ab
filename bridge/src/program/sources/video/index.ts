/** Pictures of a source: RTP → whole frames → one supervised decoder → a queue on the source's clock. */
export { PictureInput, type PictureStats } from './PictureInput.js';
