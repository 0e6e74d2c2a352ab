import { createHmac } from 'node:crypto';
import type { Secret } from '@lianmai/kit';
import { ERRORS, LianmaiError, streamKey, type StreamRef } from '@lianmai/protocol';
import { isSame } from '../authorisation/index.js';

/** What a signed URL carries. Any protocol: in the query, or among the fields of an SRT stream id. */
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

/** Throws UNAUTHENTICATED for no or a wrong signature, TOKEN_EXPIRED for one that was right. */
export function assertSigned(secret: Secret, stream: StreamRef, params: Readonly<Record<string, string>>, nowMs: number): void {
  const { expire = '', sign = '' } = params;
  const isWellFormed = EXPIRE.test(expire) && SIGN.test(sign);
  if (!isWellFormed || !isSame(sign.toLowerCase(), digest(secret, stream, expire))) {
    throw new LianmaiError('UNAUTHENTICATED', undefined, { message: 'This stream is played with a signed URL (expire, sign).' });
  }
  if (Number(expire) * 1000 <= nowMs) throw new LianmaiError('TOKEN_EXPIRED', undefined, { message: expired });
}

const expired = ERRORS.TOKEN_EXPIRED.message.replace('token', 'URL');

/** `:` is in no name, so no two streams and moments give the same text. */
const digest = (secret: Secret, stream: StreamRef, expire: string): string =>
  createHmac('sha256', secret.reveal())
    .update(`${streamKey(stream)}:${expire}`)
    .digest('hex');
