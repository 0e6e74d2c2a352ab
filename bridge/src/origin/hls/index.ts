export { HlsOrigin, type HlsOriginOptions } from './HlsOrigin.js';
export { hlsRoutes } from './routes.js';
