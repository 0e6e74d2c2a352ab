/**
 * LL-HLS (RFC 8216bis) and classic HLS from one packager: tags → Segmenter (samples per track, cut into parts) → PlaylistTimelines (full
 * stream, audio only) → playlists. A part is encoded once; a segment is the sequence of its parts, in memory while new and in the DVR
 * window on disk after that. Playlists belong to sessions, each admitted once by the gate; media has one unguessable, cacheable URL for
 * everyone, which ends after a while if the stream is signed.
 */
export { HLS_DEFAULTS } from './hlsPlaylistLengths.js';
export { HlsOrigin, type HlsOriginOptions } from './HlsOrigin.js';
export { hlsRoutes } from './hlsRoutes.js';
