/**
 * Media formats: pure parsing and writing, no I/O, no clocks. Foreign input is bounded and rejected with FormatError, never with a crash or an endless loop:
 * every parser here is fuzzed. Nothing in this folder knows streams, sessions or destinations.
 */
export { adtsHeader, buildAacConfig, parseAacConfig, parseAdts, type AacConfig, type AdtsHeader } from './aac.js';
export { decodeAmf, encodeAmf, type AmfObject, type AmfValue } from './amf.js';
export { parseAv1Config, type Av1Config } from './av1.js';
export { AVC_NAL, avcNalType, buildAvcConfig, parseAvcConfig, type AvcConfig, type AvcSps } from './avc.js';
export * from './flv/index.js';
export * from './fmp4/index.js';
export { FormatError } from './FormatError.js';
export { buildHevcConfig, parseHevcConfig, parseHevcSps, type HevcConfig } from './hevc.js';
export { ivfFrame, ivfFrameHeader, ivfHeader } from './ivf.js';
export { parseMp3Header, type Mp3Header } from './mp3.js';
export { readMovie, readMovieDurationMs, readTimescales, scanFragments, type Mp4Bytes, type Mp4Scan } from './scanMp4.js';
export * from './mpegts/index.js';
export { joinAnnexB, joinLengthPrefixed, splitAnnexB, splitLengthPrefixed } from './nal.js';
export { buildOpusHead, dOpsOf, OPUS_SAMPLE_RATE, opusPacketSamples, parseOpusHead, type OpusConfig } from './opus.js';
