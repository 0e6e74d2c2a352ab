/**
 * Messages of every connection, roles and permissions, the error table, and scene arithmetic. Runs in browsers and Node, and depends only
 * on zod.
 */
export * from './audience.js';
export * from './roomsApi.js';
export * from './boundedRecord.js';
export * from './bridgeMessages.js';
export * from './chat.js';
export * from './displayName.js';
export * from './errors.js';
export * from './tokenLifetime.js';
export * from './ids.js';
export * from './program.js';
export * from './roles.js';
export * from './room.js';
export * from './scene/index.js';
export * from './signalling/index.js';
export * from './srtPassphrase.js';
export * from './stage.js';
export * from './streamJobs.js';
export * from './streams.js';
export * from './streamsApi.js';
export * from './unboundedPaths.js';
