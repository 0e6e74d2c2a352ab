import type { Metrics } from '@lianmai/kit';
import { Router, type Request } from 'express';
import type { Access } from '../access/index.js';

export interface StatusOptions {
  isReady: () => boolean;
  metrics: Metrics;
  access: Access;
}

/** For those who run the process: alive, may take traffic, figures. */
export function status({ isReady, metrics, access }: StatusOptions): Router {
  const router = Router();
  router.get('/healthz', (_request, response) => void response.json({ status: 'ok' }));
  router.get('/readyz', (_request, response) => {
    const ready = isReady();
    response.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'starting' });
  });
  router.get('/metrics', async (request, response) => {
    if (!isFromThisMachine(request)) access.authenticateApi(request.headers.authorization);
    response.type(metrics.registry.contentType).send(await metrics.text());
  });
  return router;
}

/** Directly from loopback; a proxy on this machine says for whom it asks. */
function isFromThisMachine({ socket, headers }: Request): boolean {
  const address = socket.remoteAddress ?? '';
  const isLoopback = address === '::1' || address.replace('::ffff:', '').startsWith('127.');
  return isLoopback && headers['x-forwarded-for'] === undefined && headers.forwarded === undefined;
}
