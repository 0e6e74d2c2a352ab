/** For tests of this workspace only: media made by a real FFmpeg, and a log that can be searched. */
export { MemoryLog } from './MemoryLog.js';
export { encodeFlv, FlvBroadcast, type PictureAndSound } from './flvMedia.js';
