/** What `main.ts` says and shows about the process as a whole: the lines at the start, and its metrics. */
export { banner, type BannerFacts } from './startupMessage.js';
export { measure } from './metrics.js';
