import { randomBytes } from 'node:crypto';
import { Secret } from '@lianmai/kit';
import { StreamId } from '@lianmai/protocol';

/** 192 bits that stand in URLs as they are. */
export const makeKey = (): Secret => new Secret(randomBytes(24).toString('base64url'));

export const makeStreamId = (): StreamId => StreamId.parse(`str_${randomBytes(12).toString('base64url')}`);
