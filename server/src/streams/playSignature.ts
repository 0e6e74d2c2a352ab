import { createHmac } from 'node:crypto';
import type { Secret } from '@lianmai/kit';
import { ERRORS, LianmaiError, streamKey, type StreamRef } from '@lianmai/protocol';
import { isSame } from '../authorisation/index.js';

/** Parameters of a signed URL: in the query of any protocol, or among the fields of an SRT stream id. */
export interface PlaySignature {
  /** Seconds since the epoch. */
  expire: string;
  sign: string;
}

const EXPIRE = /^\d{1,12}$/;
const SIGN = /^[0-9a-fA-F]{64}$/;

export function signPlay(secret: Secret, stream: StreamRef, expireS: number): PlaySignature {
  const expire = String(expireS);
  return { expire, sign: digest(secret, stream, expire) };
}

/** Throws UNAUTHENTICATED for a missing or wrong signature, TOKEN_EXPIRED for a valid one that has expired. */
export function assertSigned(secret: Secret, stream: StreamRef, params: Readonly<Record<string, string>>, nowMs: number): void {
  const { expire = '', sign = '' } = params;
  const isWellFormed = EXPIRE.test(expire) && SIGN.test(sign);
  if (!isWellFormed || !isSame(sign.toLowerCase(), digest(secret, stream, expire))) {
    throw new LianmaiError('UNAUTHENTICATED', undefined, {
      message: 'This stream needs a signed URL (expire, sign). Get one from POST /streams/{id}/play-urls.',
    });
  }
  if (Number(expire) * 1000 <= nowMs) throw new LianmaiError('TOKEN_EXPIRED', undefined, { message: expired });
}

const expired = ERRORS.TOKEN_EXPIRED.message.replace('token', 'URL');

/** Names never contain `:`, so each stream and time gives a unique text. */
const digest = (secret: Secret, stream: StreamRef, expire: string): string =>
  createHmac('sha256', secret.reveal())
    .update(`${streamKey(stream)}:${expire}`)
    .digest('hex');
