/** What `main.ts` says and shows about the process as a whole: the lines at the start, and its metrics. */
export { startupMessage, type StartupFacts } from './startupMessage.js';
export { registerMetrics } from './metrics.js';
