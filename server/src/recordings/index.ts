/** Recordings as the server sees them: asked of the bridges, which have the files and know them best; handed on to who has a signed address. */
export { recordingProxy } from './recordingProxy.js';
export { Recordings, type FoundRecording, type RecordingQuery } from './Recordings.js';
