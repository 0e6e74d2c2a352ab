/**
 * Recordings: one more reader of a stream, which writes a file. What has been handed to the kernel survives the death of this process, so tags go out
 * every third of a second, MP4 is written in fragments, and what a crash left is put right at the next start. A full disk ends the recording, with an
 * alarm, and never the stream.
 */
export { Catalogue } from './Catalogue.js';
export { recordingFormats } from './formats/index.js';
export { Recorder, type RecorderOptions } from './Recorder.js';
export { recordingHandlers } from './recordingHandlers.js';
export { recordingRoutes } from './recordingRoutes.js';
