/**
 * The callers that a route admits. open: everybody. key: holders of API credentials. keyOrThisMachine: the same, and this machine without any.
 * grant: whoever has the signed URL, stream key or session id that the route itself checks.
 */
export type Right = 'open' | 'key' | 'keyOrThisMachine' | 'grant';

/** The bounds that every route states. `RouteGuard` enforces them before the route runs. */
export interface Bounds {
  right: Right;
  /** Longest body in bytes; 0: none. A body reader behind it takes the same bound, for bodies of undeclared length. */
  maxBodyBytes: number;
  /** Requests a minute from one network (`networkOf`). */
  perMinute: number;
}

/** For a JSON body. */
export const MAX_JSON_BYTES = 64 * 1024;
/** For routes of a backend with the API key, which is one address with many users. */
export const KEY_PER_MINUTE = 6000;
