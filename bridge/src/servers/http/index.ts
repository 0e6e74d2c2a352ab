/**
 * The origin: the HTTP server that players fetch from. It packages every stream as fMP4 HLS as soon as it is published, and sends HTTP-FLV
 * on request. Requests only look up maps, even for files on disk, so no part of a URL can become a path.
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
