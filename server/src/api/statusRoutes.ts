import type { Metrics } from '@lianmai/kit';
import { Router } from 'express';
import type { Bounds } from './bounds.js';
import type { RouteGuard } from './RouteGuard.js';

/** Load balancers and monitoring ask every few seconds, each for itself. */
const HEALTH: Bounds = { right: 'open', maxBodyBytes: 0, perMinute: 6000 };
const METRICS: Bounds = { right: 'keyOrThisMachine', maxBodyBytes: 0, perMinute: 600 };

export interface StatusOptions {
  isReady: () => boolean;
  metrics: Metrics;
  /** Bridges, each with metrics of its own. */
  bridges: { ids: () => string[]; metrics: (id: string) => Promise<string> };
}

/** Endpoints for operators: liveness, readiness, metrics. */
export function statusRoutes({ isReady, metrics, bridges }: StatusOptions, guard: RouteGuard): Router {
  const router = Router();
  const type = metrics.registry.contentType;
  const [forHealth, forMetrics] = [guard.for(HEALTH), guard.for(METRICS)];
  router.get('/healthz', forHealth, (_request, response) => void response.json({ status: 'ok' }));
  router.get('/readyz', forHealth, (_request, response) => {
    const ready = isReady();
    response.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'starting' });
  });
  router.get('/metrics', forMetrics, async (_request, response) => {
    response.type(type).send(await metrics.text());
  });
  router.get('/metrics/bridges', forMetrics, (_request, response) => void response.json({ bridges: bridges.ids() }));
  router.get('/metrics/bridges/:id', forMetrics, async (request, response) => {
    response.type(type).send(await bridges.metrics(String(request.params['id'])));
  });
  return router;
}
