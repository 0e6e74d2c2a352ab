/**
 * The HTTP face of the hub: what players fetch. Every stream is packaged as fMP4 HLS as it is published, and played as HTTP-FLV to who asks. A request is
 * a look into a map, even for what is on disk: nothing in a URL can become a path.
 */
export { createOrigin, type FlvSettings, type HlsSettings, type Origin, type OriginOptions } from './createOrigin.js';
export { metricsRoutes, serverOnly } from './serverOnly.js';
export { posterRoutes } from './poster/index.js';
