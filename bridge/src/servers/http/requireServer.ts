import { timingSafeEqual } from 'node:crypto';
import type { Secret } from '@lianmai/kit';
import { LianmaiError } from '@lianmai/protocol';
import type { RequestHandler } from 'express';

/** For the server alone, which has asked who may have it: `Authorization: Bearer` with the secret that it got with our hello. */
export function requireServer(secret: Secret): RequestHandler {
  const wanted = Buffer.from(`Bearer ${secret.reveal()}`);
  return (request, _response, next) => {
    const given = Buffer.from(request.headers.authorization ?? '');
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) throw new LianmaiError('UNAUTHENTICATED');
    next();
  };
}
