import { plainIp, type Metrics } from '@lianmai/kit';
import { Router, type Request } from 'express';
import type { TokenAuthority } from '../authorisation/index.js';

export interface StatusOptions {
  isReady: () => boolean;
  metrics: Metrics;
  authority: TokenAuthority;
  /** Bridges, each with metrics of its own. */
  bridges: { ids: () => string[]; metrics: (id: string) => Promise<string> };
}

/** Endpoints for operators: liveness, readiness, metrics. */
export function statusRoutes({ isReady, metrics, authority, bridges }: StatusOptions): Router {
  const router = Router();
  const type = metrics.registry.contentType;
  router.use('/metrics', (request, _response, next) => {
    if (!isFromThisMachine(request)) authority.authenticateApi(request.headers.authorization);
    next();
  });
  router.get('/healthz', (_request, response) => void response.json({ status: 'ok' }));
  router.get('/readyz', (_request, response) => {
    const ready = isReady();
    response.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'starting' });
  });
  router.get('/metrics', async (_request, response) => {
    response.type(type).send(await metrics.text());
  });
  router.get('/metrics/bridges', (_request, response) => void response.json({ bridges: bridges.ids() }));
  router.get('/metrics/bridges/:id', async (request, response) => {
    response.type(type).send(await bridges.metrics(request.params.id));
  });
  return router;
}

/** True for direct loopback requests only: a proxy on this machine forwards other people's. */
function isFromThisMachine({ socket, headers }: Request): boolean {
  const address = socket.remoteAddress ?? '';
  const isLoopback = address === '::1' || plainIp(address).startsWith('127.');
  return isLoopback && headers['x-forwarded-for'] === undefined && headers.forwarded === undefined;
}
