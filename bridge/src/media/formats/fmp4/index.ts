export { fragment, type Fmp4Run, type Fmp4Sample } from './fragment.js';
export { initSegment, type AudioTrack, type Fmp4Track, type VideoTrack } from './init.js';
