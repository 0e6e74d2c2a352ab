/** What the server wants of this bridge's streams beside programs: sources to fetch, destinations, recordings. The bridge keeps to it by itself. */
export { StreamJobRunner, type StreamJobRunnerOptions } from './StreamJobRunner.js';
