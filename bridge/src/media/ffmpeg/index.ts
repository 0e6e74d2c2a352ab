/** FFmpeg as a program: where it is, what it can do, and child processes that their owners supervise. The only place in the bridge that starts processes. */
export { ENCODERS } from './encoders.js';
export { FfmpegProcess, type FfmpegProcessOptions, type PipeKind } from './FfmpegProcess.js';
export type { ProcessExit } from './startProcess.js';
export { FfmpegNotFound, findFfmpeg, type Ffmpeg } from './findFfmpeg.js';
export { copyInto, type ByteSink } from './readIntoMemory.js';
export { makeThumbnail, remux } from './fluentJobs.js';
