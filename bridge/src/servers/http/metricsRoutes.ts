import type { Metrics, Secret } from '@lianmai/kit';
import { Router } from 'express';
import { requireServer } from './requireServer.js';

/** `/metrics` of this bridge in the Prometheus text format. */
export function metricsRoutes(metrics: Metrics, secret: Secret): Router {
  const router = Router();
  router.get('/metrics', requireServer(secret), async (_request, response) => {
    response.type(metrics.registry.contentType).send(await metrics.text());
  });
  return router;
}
