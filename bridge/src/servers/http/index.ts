/**
 * The HTTP face of the hub: what players fetch. Every stream is packaged as fMP4 HLS as it is published, and played as HTTP-FLV to who asks. A request is
 * a look into a map, even for what is on disk: nothing in a URL can become a path.
 */
export {
  createOriginServer,
  type FlvSettings,
  type HlsSettings,
  type OriginServer,
  type OriginServerOptions,
} from './createOriginServer.js';
export { metricsRoutes } from './metricsRoutes.js';
export { requireServer } from './requireServer.js';
export { posterRoutes } from './poster/index.js';
