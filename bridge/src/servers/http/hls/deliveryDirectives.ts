import { LianmaiError } from '@lianmai/protocol';

/** Delivery directives of a media playlist's URL, RFC 8216bis 6.2.5. */
export interface DeliveryDirectives {
  /** Hold the answer until this segment, or this part of it, is in the playlist. */
  blockUntil: { sequence: number; part: number | null } | null;
  /** The client has a former version of the playlist. */
  canSkip: boolean;
}

const INTEGER = /^\d{1,15}$/;

/** Throws BAD_REQUEST for a part of no segment and for what is not a number. */
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

/** What a playlist has now. */
export interface PlaylistEdge {
  /** Number of the last complete segment. */
  last: number;
  /** Parts of the segment after it. */
  openParts: number;
  partTargetMs: number;
}

/** Throws BAD_REQUEST for what cannot come soon (6.2.5.2): such a client has another playlist in mind. */
export function assertNear(
  { last, openParts, partTargetMs }: PlaylistEdge,
  { sequence, part }: NonNullable<DeliveryDirectives['blockUntil']>,
): void {
  const advanceLimit = Math.ceil(partTargetMs < 1000 ? 3000 / partTargetMs : 3);
  const isTooFar = sequence > last + 2 || (sequence === last + 1 && part !== null && part > openParts - 1 + advanceLimit);
  if (isTooFar) throw badDirective('this is too far in the future');
}

/** A part number beyond a complete segment means the next segment's first part. */
export function hasCome({ last, openParts }: PlaylistEdge, { sequence, part }: NonNullable<DeliveryDirectives['blockUntil']>): boolean {
  if (sequence <= last) return true;
  return part !== null && sequence === last + 1 && part < openParts;
}
