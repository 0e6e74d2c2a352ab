/**
 * The hub: streams under `app/name`, each with one publisher and any number of readers that pull at their own speed. Each tag is stored
 * once and shared. A slow reader fills only its own bounded queue; it skips to a key frame, and nobody waits for it.
 */
export * from './streamContract.js';
export { GopBuffer } from './GopBuffer.js';
export { Stream } from './Stream.js';
export { StreamHub, type HubEvents, type PublishOptions } from './StreamHub.js';
export { encodeTags, TagBatcher, decodeTags } from './tagTransfer.js';
