/**
 * Recordings from the server's point of view: the bridges hold and list the files, and this server proxies them to holders of a signed
 * URL.
 */
export { recordingProxy } from './recordingProxy.js';
export { Recordings, type FoundRecording, type RecordingQuery } from './Recordings.js';
