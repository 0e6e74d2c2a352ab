/**
 * MPEG-TS (ISO/IEC 13818-1) ⇄ tags, for H.264, HEVC, AAC (ADTS), MP3 and Opus. Both directions are incremental, keep no more than the current picture, and
 * survive any input: damaged packets are left out, and packet boundaries are found again.
 */
export { TsDemuxer } from './TsDemuxer.js';
export { isTsCodec, TsMuxer } from './TsMuxer.js';
