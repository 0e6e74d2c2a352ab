import { LianmaiError, parse } from '@lianmai/protocol';
import express, { Router, type Request, type RequestHandler, type Response } from 'express';
import type { RouteGuard } from './RouteGuard.js';
import type { ApiServices, Caller, Route } from './contract.js';

/** Builds an Express router from the declared operations: bounds and rights → body → parse → handle → reply. */
export function apiRouter(routes: readonly Route[], services: ApiServices, guard: RouteGuard): Router {
  const router = Router({ caseSensitive: true });
  for (const route of routes) {
    const path = route.path.replace(/\{(\w+)\}/g, ':$1');
    router[route.method](path, guard.for(route), ...bodyReader(route), answer(route, services));
  }
  return router;
}

function bodyReader({ bodyKind, maxBodyBytes: limit }: Route): RequestHandler[] {
  if (bodyKind === 'json') return [assertJson, express.json({ limit, strict: false })];
  return bodyKind === 'image' ? [express.raw({ limit, type: () => true })] : [];
}

/** A form on another site can send any other type without the browser asking first. An absent body stands for `{}`. */
const assertJson: RequestHandler = (request, _response, next) => {
  const isAbsent = request.headers['content-length'] === '0';
  if (!isAbsent && request.is('application/json') === false)
    throw new LianmaiError('UNSUPPORTED', { expected: 'application/json' }, { message: 'Content-Type: expected application/json' });
  next();
};

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

function callerOf(request: Request): Caller {
  const host = request.host ?? 'localhost';
  return { ip: request.ip ?? '', baseUrl: `${request.protocol}://${host}`, hostname: request.hostname ?? 'localhost' };
}
