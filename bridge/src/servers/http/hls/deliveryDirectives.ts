import { LianmaiError } from '@lianmai/protocol';

/** Delivery directives in a media playlist URL, RFC 8216bis 6.2.5. */
export interface DeliveryDirectives {
  /** Hold the response until the playlist contains this segment or part. */
  blockUntil: { sequence: number; part: number | null } | null;
  /** The client has an earlier version of the playlist and accepts a delta update. */
  canSkip: boolean;
}

const INTEGER = /^\d{1,15}$/;

/** Throws BAD_REQUEST for `_HLS_part` without `_HLS_msn`, and for values that are not numbers. */
export function readDeliveryDirectives(query: URLSearchParams): DeliveryDirectives {
  const [sequence, part] = [readInteger(query, '_HLS_msn'), readInteger(query, '_HLS_part')];
  if (part !== null && sequence === null) throw badDirective('_HLS_part needs _HLS_msn');
  const skip = query.get('_HLS_skip');
  return { blockUntil: sequence === null ? null : { sequence, part }, canSkip: skip === 'YES' || skip === 'v2' };
}

function readInteger(query: URLSearchParams, name: string): number | null {
  const text = query.get(name);
  if (text === null) return null;
  if (!INTEGER.test(text)) throw badDirective(`${name} must be a number`);
  return Number(text);
}

const badDirective = (message: string) => new LianmaiError('BAD_REQUEST', undefined, { message });

/** Current end of a playlist. */
export interface PlaylistEdge {
  /** Number of the last complete segment. */
  last: number;
  /** Parts of the open segment after it. */
  openParts: number;
  partTargetMs: number;
}

/** Throws BAD_REQUEST for a position that cannot arrive soon (6.2.5.2): the client must be following another playlist. */
export function assertReachable(
  { last, openParts, partTargetMs }: PlaylistEdge,
  { sequence, part }: NonNullable<DeliveryDirectives['blockUntil']>,
): void {
  const advanceLimit = Math.ceil(partTargetMs < 1000 ? 3000 / partTargetMs : 3);
  const isTooFar = sequence > last + 2 || (sequence === last + 1 && part !== null && part > openParts - 1 + advanceLimit);
  if (isTooFar) throw badDirective('_HLS_msn or _HLS_part is too far in the future');
}

/** Whether the playlist has reached the position. A part number beyond a complete segment means the first part of the next one. */
export function hasReached({ last, openParts }: PlaylistEdge, { sequence, part }: NonNullable<DeliveryDirectives['blockUntil']>): boolean {
  if (sequence <= last) return true;
  return part !== null && sequence === last + 1 && part < openParts;
}
