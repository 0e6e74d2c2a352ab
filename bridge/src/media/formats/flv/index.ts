/** FLV: tags, their bodies, and the bytes of a file or an HTTP stream. */
export { readFlvBody, type AudioCodecName, type FlvBody, type MediaCodec, type VideoCodecName } from './body.js';
export { FlvParser } from './FlvParser.js';
export { FLV_TYPE, isMetadata, isSequenceEnd, makeMediaTag, makeTag, type FlvTag } from './tag.js';
export { flvFileHeader, flvTagParts } from './writeFlv.js';
