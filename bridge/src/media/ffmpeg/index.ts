/**
 * FFmpeg as a program: where it is, what it can do, and children of it that are supervised by those who own them. The only place in the bridge that
 * starts processes.
 */
export { ENCODERS } from './encoders.js';
export { FfmpegProcess, type FfmpegExit, type FfmpegProcessOptions, type PipeKind } from './FfmpegProcess.js';
export { FfmpegNotFound, findFfmpeg, type Ffmpeg } from './findFfmpeg.js';
export { copyInto, type ByteSink } from './readIntoMemory.js';
export { makeThumbnail, remux } from './fluentJobs.js';
