/**
 * The hub: streams under `app/name`, each with one publisher and any number of readers that pull at their own speed. A tag is stored once and
 * shared; a slow reader costs its own bounded queue and nothing else: it is moved on to a key frame, never waited for.
 */
export * from './streamContract.js';
export { Stream } from './Stream.js';
export { StreamHub, type HubEvents, type PublishOptions } from './StreamHub.js';
export { encodeTags, TagBatcher, decodeTags } from './tagTransfer.js';
