/**
 * LL-HLS (RFC 8216bis) and classic HLS from one packager: tags → Segmenter (lanes of samples, cut into parts) → Timelines (the picture with sound, the
 * sound alone) → playlists. A part is encoded once; a segment is its parts, in memory while it is new and in the DVR window on disk after that. Playlists
 * belong to sessions, each asked for once at the gate; media has one unguessable, cacheable address for everybody.
 */
export { HLS_DEFAULTS } from './hlsDefaults.js';
export { HlsOrigin, type HlsOriginOptions } from './HlsOrigin.js';
export { hlsRoutes } from './hlsRoutes.js';
