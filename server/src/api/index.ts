/**
 * HTTP routes: `/api/v1` (one file per resource in `routes/`), health and metrics, the built pages, and `/live/*` and other stream paths,
 * proxied to the origin. Each operation is declared once: its schemas produce the router, the checks and docs/openapi.json. Errors have
 * the form `{error: {code, message, details}}`, with codes from the error table.
 */
export { createApi, type ApiOptions } from './createApi.js';
export { openApiDocument } from './openapi.js';
export { isOriginSocket, passOriginSockets } from './originSockets.js';
