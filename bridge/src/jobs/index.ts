/** What the server wants for this bridge's streams besides programs: sources to pull, outputs, recordings. The bridge carries it out on its own. */
export { StreamJobRunner, type StreamJobRunnerOptions } from './StreamJobRunner.js';
