export { Segmenter } from '../origin/hls/Segmenter.js';
export { PartTarget } from '../origin/hls/PartTarget.js';
