/**
 * Programs: a room's composed video and audio, from tracks to outputs. `Program` (main thread) owns the stream, the outputs and a thread. In that thread,
 * `ProgramEngine` owns receiver, sources, compositor, clock and encoder, so that nothing the main thread does can delay a tick.
 */
export { AssetCache } from './AssetCache.js';
export type { ProgramParts } from './Program.js';
export { Programs, type ProgramsOptions } from './Programs.js';
export { SharedCpuUsage } from './SharedCpuUsage.js';
export { ProgramThreadPool } from './ProgramThreadPool.js';
