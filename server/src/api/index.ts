/**
 * HTTP: `/api/v1` (one file a resource in `routes/`, each operation declared once: its schemas make the router, the checks and docs/openapi.json),
 * health and metrics, the built pages, and `/live/*` (or another app of a stream) passed on to the origin. Errors are the table's, as `{error: {code, message, details}}`.
 */
export { createApi, type ApiOptions } from './createApi.js';
export { openApiDocument } from './openapi.js';
export { passOriginSockets } from './originSockets.js';
