/** For tests of this workspace only: media made by a real FFmpeg, and a log that can be searched. */
export { MemoryLog } from './MemoryLog.js';
export { encodeFlv, LoopedBroadcast, type PictureAndSound } from './flvMedia.js';
export { freezeThreads, startFreezableThread } from './freezeThreads.js';
export { openGate } from './openGate.js';
export { readAsItIs } from './readAsItIs.js';
export { freePort } from './freePort.js';
export { openGuard } from './openGuard.js';
