import { plainIp, type Metrics } from '@lianmai/kit';
import { Router, type Request } from 'express';
import type { TokenAuthority } from '../authorisation/index.js';

export interface StatusOptions {
  isReady: () => boolean;
  metrics: Metrics;
  authority: TokenAuthority;
  /** Of the bridges, each of which measures itself. */
  bridges: { ids: () => string[]; metrics: (id: string) => Promise<string> };
}

/** For those who run the process: alive, may take traffic, figures. */
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

/** Directly from loopback; a proxy on this machine says for whom it asks. */
function isFromThisMachine({ socket, headers }: Request): boolean {
  const address = socket.remoteAddress ?? '';
  const isLoopback = address === '::1' || plainIp(address).startsWith('127.');
  return isLoopback && headers['x-forwarded-for'] === undefined && headers.forwarded === undefined;
}
