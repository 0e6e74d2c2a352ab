/** Node plumbing that server and bridge share: closing, retrying, logging, configuration, metrics, secrets. Knows nothing of rooms or media. */
export * from './config.js';
export * from './log.js';
export * from './metrics.js';
export * from './retry.js';
export * from './Scope.js';
export * from './secrets.js';
