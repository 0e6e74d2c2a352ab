/** The server's wishes for this bridge's streams besides programs: sources to pull, outputs, recordings. The bridge carries them out on its own. */
export { StreamJobRunner, type StreamJobRunnerOptions } from './StreamJobRunner.js';
