/**
 * Media formats: pure parsing and writing, no I/O, no clocks. Input from outside is bounded and answered with FormatError, never with a crash or a
 * loop: every parser here is fuzzed. Nothing in this folder knows streams, sessions or destinations.
 */
export { parseAacConfig, type AacConfig } from './aac.js';
export { decodeAmf, encodeAmf, type AmfObject, type AmfValue } from './amf.js';
export { parseAvcConfig, parseSpsSize, type AvcConfig } from './avc.js';
export * from './flv.js';
export { isAac, isAvc, readAacBody, readAvcBody, type AvcBody } from './flvBody.js';
export * from './fmp4/index.js';
export { FormatError } from './FormatError.js';
export * from './rtmp/index.js';
