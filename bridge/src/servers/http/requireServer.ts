import { timingSafeEqual } from 'node:crypto';
import type { Secret } from '@lianmai/kit';
import { LianmaiError } from '@lianmai/protocol';
import type { RequestHandler } from 'express';

/** Admits only our server, which has already authorised its client: `Authorization: Bearer` with the secret from our hello. */
export function requireServer(secret: Secret): RequestHandler {
  const wanted = Buffer.from(`Bearer ${secret.reveal()}`);
  return (request, _response, next) => {
    const given = Buffer.from(request.headers.authorization ?? '');
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) throw new LianmaiError('UNAUTHENTICATED');
    next();
  };
}
