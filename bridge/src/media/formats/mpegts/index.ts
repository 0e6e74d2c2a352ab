/**
 * MPEG-TS (ISO/IEC 13818-1) ⇄ tags. H.264, HEVC, AAC (ADTS), MP3 and Opus. Both directions are incremental, keep no more than the picture at hand, and take
 * whatever comes from outside: damaged packets are left out, the beat is found again.
 */
export { TsDemuxer } from './TsDemuxer.js';
export { isTsCodec, TsMuxer } from './TsMuxer.js';
