import type { Log } from '@lianmai/kit';
import { ERRORS, LianmaiError, toLianmaiError } from '@lianmai/protocol';
import type { NextFunction, Request, Response } from 'express';
import { isFromBrowser } from './fromBrowsers.js';
import { neverAnswers } from './RouteGuard.js';

/** Final error handler: converts anything thrown to `{error: {code, message, details}}` with the table's status. */
export const answerError = (log: Log) => (thrown: unknown, request: Request, response: Response, next: NextFunction) => {
  if (isHangUp(thrown, response)) {
    log.debug({ err: thrown, path: request.path }, 'the client hung up');
    return;
  }
  const error = asLianmaiError(thrown);
  if (ERRORS[error.code].blame === 'us' && error.code !== 'BRIDGE_UNAVAILABLE') {
    log.error({ err: error.cause ?? error, method: request.method, path: request.path }, 'API call failed');
  }
  if (response.headersSent) {
    next(error);
    return;
  }
  // A browser would ask for the secret, remember it, and send it along with requests of other sites' pages.
  if (error.code === 'UNAUTHENTICATED' && !isFromBrowser(request)) response.setHeader('WWW-Authenticate', 'Basic realm="lianmai", Bearer');
  const retryAfterMs = error.details?.['retryAfterMs'];
  if (typeof retryAfterMs === 'number') response.setHeader('Retry-After', Math.ceil(retryAfterMs / 1000));
  response.status(error.status).json({ error: error.toWire() });
};

export const answerNotFound = neverAnswers((request: Request, _response: Response, next: NextFunction) => {
  next(new LianmaiError('NOT_FOUND', undefined, { message: `${request.method} is not available here. Check the method and path.` }));
});

/** Express and its body parser throw errors with a status for malformed JSON or URLs, large bodies and unknown encodings. */
function asLianmaiError(thrown: unknown): LianmaiError {
  if (thrown instanceof LianmaiError) return thrown;
  const status = statusOf(thrown);
  if (status === 413) return new LianmaiError('TOO_LARGE', undefined, { cause: thrown });
  if (status === 415) return new LianmaiError('UNSUPPORTED', undefined, { cause: thrown });
  if (status >= 400 && status < 500) return new LianmaiError('BAD_REQUEST', undefined, { message: reasonOf(thrown), cause: thrown });
  return toLianmaiError(thrown);
}

/** Codes that Express, its body parser and Node report when the client has closed the connection. */
const HANG_UPS: ReadonlySet<unknown> = new Set([
  'ECONNABORTED',
  'ECONNRESET',
  'EPIPE',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_DESTROYED',
]);

/** An error that only says that nobody waits for the response any more: nothing failed here. */
function isHangUp(thrown: unknown, response: Response): boolean {
  return response.destroyed && typeof thrown === 'object' && thrown !== null && 'code' in thrown && HANG_UPS.has(thrown.code);
}

function statusOf(thrown: unknown): number {
  if (typeof thrown !== 'object' || thrown === null || !('status' in thrown)) return 0;
  return typeof thrown.status === 'number' ? thrown.status : 0;
}

function reasonOf(thrown: unknown): string {
  const isJson = typeof thrown === 'object' && thrown !== null && 'type' in thrown && thrown.type === 'entity.parse.failed';
  return isJson ? 'body: expected JSON' : ERRORS.BAD_REQUEST.message;
}
