import { LianmaiError, MAX_ASSET_BYTES, parse } from '@lianmai/protocol';
import express, { Router, type Request, type RequestHandler, type Response } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { ApiServices, Caller, Route } from './contract.js';

const MAX_JSON_BYTES = 256 * 1024;
const readJson = express.json({ limit: MAX_JSON_BYTES, strict: false, type: () => true });
const readImage = express.raw({ limit: MAX_ASSET_BYTES, type: () => true });

/** Builds an Express router from the declared operations: credentials or rate limit → body → parse → handle → reply. */
export function apiRouter(routes: readonly Route[], services: ApiServices): Router {
  const router = Router({ caseSensitive: true });
  for (const route of routes)
    router[route.method](route.path.replace(/\{(\w+)\}/g, ':$1'), ...guards(route, services), answer(route, services));
  return router;
}

function guards(route: Route, services: ApiServices): RequestHandler[] {
  const chain: RequestHandler[] = [];
  if (route.access === 'key') {
    chain.push((request, _response, next) => {
      services.authority.authenticateApi(request.headers.authorization);
      next();
    });
  }
  if (route.limitPerMinute !== undefined) chain.push(limitByAddress(route.limitPerMinute));
  if (route.bodyKind === 'json') chain.push(readJson);
  if (route.bodyKind === 'image') chain.push(readImage);
  return chain;
}

const answer = (route: Route, services: ApiServices) => async (request: Request, response: Response) => {
  const params = parse(route.params, request.params);
  const query: unknown = route.query && parse(route.query, request.query);
  const body = route.bodyKind === 'none' ? undefined : parse(route.body, request.body ?? {});
  const reply = await route.handle({ services, params, query, body, caller: callerOf(request) });
  response.setHeader('Cache-Control', 'no-store');
  response.status(route.status);
  if (route.status === 204) response.end();
  else response.json(reply);
};

function limitByAddress(perMinute: number): RequestHandler {
  const limiter = new RateLimiterMemory({ points: perMinute, duration: 60 });
  return async (request, _response, next) => {
    try {
      await limiter.consume(request.ip ?? 'unknown');
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      throw new LianmaiError('RATE_LIMITED', { retryAfterMs: refused.msBeforeNext });
    }
    next();
  };
}

function callerOf(request: Request): Caller {
  const host = request.host ?? 'localhost';
  return { ip: request.ip ?? '', baseUrl: `${request.protocol}://${host}`, hostname: request.hostname ?? 'localhost' };
}
