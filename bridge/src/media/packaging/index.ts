/**
 * Tags into fragmented MP4: parts, and segments that are rows of parts. Pure: no clocks, no I/O. HLS shows them to players as they come, recordings append them
 * to a file.
 */
export type { Part, Presentation } from './PartMuxer.js';
export { PartTarget } from './PartTarget.js';
export { Segmenter, type SegmentHead, type SegmentSink } from './Segmenter.js';
