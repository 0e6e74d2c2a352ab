import { networkOf, plainIp } from '@lianmai/kit';
import { LianmaiError } from '@lianmai/protocol';
import type { Request, RequestHandler } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { ApiAuthenticator } from '../authorisation/index.js';
import type { Bounds, Right } from './bounds.js';

const boundsByHandler = new WeakMap<object, Bounds>();
const passThrough = new WeakSet();

/** Returns what a handler made by RouteGuard enforces; undefined for other handlers. */
export const boundsOf = (handler: object): Bounds | undefined => boundsByHandler.get(handler);

/** Marks middleware that never answers by itself except with an error, and so needs no bounds. */
export function neverAnswers<H extends object>(handler: H): H {
  passThrough.add(handler);
  return handler;
}
export const isPassThrough = (handler: object): boolean => passThrough.has(handler);

/** Makes the handler that stands before every route: rate, then right, then the length of the body. */
export class RouteGuard {
  readonly #authenticator: ApiAuthenticator;

  constructor(authenticator: ApiAuthenticator) {
    this.#authenticator = authenticator;
  }

  /** Goes before the route's own handlers. Throws RATE_LIMITED, UNAUTHENTICATED, TOKEN_EXPIRED or TOO_LARGE. */
  for(bounds: Bounds): RequestHandler {
    return this.around(bounds, (_request, _response, next) => next());
  }

  /** Puts the bounds around middleware that answers by itself. Requests that `concerns` leaves out pass by. */
  around(bounds: Bounds, inner: RequestHandler, concerns: (request: Request) => boolean = () => true): RequestHandler {
    const takeTurn = limitByNetwork(bounds.perMinute);
    const handler: RequestHandler = async (request, response, next) => {
      if (!concerns(request)) return next();
      await takeTurn(request);
      await this.#assertRight(bounds.right, request);
      assertShort(request, bounds.maxBodyBytes);
      await inner(request, response, next);
    };
    boundsByHandler.set(handler, bounds);
    return handler;
  }

  async #assertRight(right: Right, request: Request): Promise<void> {
    if (right === 'open' || right === 'grant' || (right === 'keyOrThisMachine' && isFromThisMachine(request))) return;
    await this.#authenticator.authenticate(request.headers.authorization, request.ip ?? '');
  }
}

function limitByNetwork(perMinute: number): (request: Request) => Promise<void> {
  const limiter = new RateLimiterMemory({ points: perMinute, duration: 60 });
  return async (request) => {
    try {
      await limiter.consume(networkOf(request.ip ?? ''));
    } catch (rejected) {
      if (!(rejected instanceof RateLimiterRes)) throw rejected;
      throw new LianmaiError('RATE_LIMITED', { retryAfterMs: rejected.msBeforeNext });
    }
  };
}

/** Node discards the body, so that the client gets to read the answer. */
function assertShort({ headers }: Request, maxBytes: number): void {
  const isOfUnknownLength = headers['transfer-encoding'] !== undefined;
  if (!(isOfUnknownLength && maxBytes === 0) && Number(headers['content-length'] ?? 0) <= maxBytes) return;
  throw new LianmaiError('TOO_LARGE', { maxBytes });
}

/** True for direct loopback requests only: a proxy on this machine forwards other people's. */
function isFromThisMachine({ socket, headers }: Request): boolean {
  const address = socket.remoteAddress ?? '';
  const isLoopback = address === '::1' || plainIp(address).startsWith('127.');
  return isLoopback && headers['x-forwarded-for'] === undefined && headers.forwarded === undefined;
}
