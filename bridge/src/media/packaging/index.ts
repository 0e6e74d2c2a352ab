/**
 * Turns tags into fragmented MP4: parts, and segments made of parts. Pure: no clocks, no I/O. HLS offers them to players as they come; recordings append them
 * to a file.
 */
export type { Part, Presentation } from './PartMuxer.js';
export { PartTarget } from './PartTarget.js';
export { Segmenter, type SegmentHead, type SegmentSink } from './Segmenter.js';
