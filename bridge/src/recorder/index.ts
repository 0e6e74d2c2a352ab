/**
 * Recordings: a reader of a stream that writes a file. Whatever has reached the kernel survives the death of this process, so tags are written every third of
 * a second, MP4 goes out in fragments, and the next start repairs what a crash left. A full disk ends the recording with an error, but never the stream.
 */
export { Catalogue } from './Catalogue.js';
export { recordingFormats } from './formats/index.js';
export { Recorder, type RecorderOptions } from './Recorder.js';
export { recordingHandlers } from './recordingHandlers.js';
export { recordingRoutes } from './recordingRoutes.js';
