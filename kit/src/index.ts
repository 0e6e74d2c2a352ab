/** Node plumbing that server and bridge share: closing, retrying, queues, listening, logging, configuration, metrics, secrets. Knows nothing of rooms or media. */
export * from './bridgeSettingsWithDefaults.js';
export * from './config.js';
export * from './CrashWindow.js';
export * from './fairTimeout.js';
export * from './log.js';
export * from './metrics.js';
export * from './net.js';
export * from './networkOf.js';
export * from './on.js';
export * from './retry.js';
export * from './Places.js';
export * from './Scope.js';
export * from './secrets.js';
export * from './SerialQueue.js';
export * from './StallWatch.js';
export * from './vitals.js';
export * from './withTimeout.js';
