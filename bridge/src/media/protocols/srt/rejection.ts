import type { ErrorCode } from '@lianmai/protocol';

/**
 * Why a caller is rejected. On the wire it is the handshake type 1000 + code: libsrt's own codes below 1000, those of its access control guide from 1400 on.
 */
export const REJECTION = {
  unknown: 0,
  resource: 3,
  rogue: 4,
  backlog: 5,
  version: 8,
  badSecret: 10,
  unsecure: 11,
  streamMode: 12,
  congestion: 13,
  filter: 14,
  group: 15,
  badRequest: 1400,
  unauthorised: 1401,
  overload: 1402,
  forbidden: 1403,
  notFound: 1404,
  conflict: 1409,
  unsupported: 1415,
  internal: 1500,
} as const;
export type Rejection = keyof typeof REJECTION;

const BASE = 1000;
export const wireOfRejection = (rejection: Rejection): number => BASE + REJECTION[rejection];

/** Returns null when the handshake type says anything else. Unknown codes become `unknown`. */
export function rejectionOfWire(type: number): Rejection | null {
  if (type < BASE || type >= 0x10000) return null;
  const found = Object.entries(REJECTION).find(([, code]) => code === type - BASE);
  return found ? (found[0] as Rejection) : 'unknown';
}

const OF_ERROR: Partial<Record<ErrorCode, Rejection>> = {
  BAD_REQUEST: 'badRequest',
  UNAUTHENTICATED: 'unauthorised',
  TOKEN_EXPIRED: 'unauthorised',
  FORBIDDEN: 'forbidden',
  NOT_FOUND: 'notFound',
  CONFLICT: 'conflict',
  UNSUPPORTED: 'unsupported',
  RATE_LIMITED: 'overload',
  OVERLOADED: 'overload',
  BRIDGE_UNAVAILABLE: 'overload',
  SHUTTING_DOWN: 'overload',
};

export const rejectionOfError = (code: ErrorCode): Rejection => OF_ERROR[code] ?? 'internal';
