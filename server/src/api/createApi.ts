import type { Log, Metrics } from '@lianmai/kit';
import type { StreamRef } from '@lianmai/protocol';
import express, { type Express, type Router } from 'express';
import type { ApiServices } from './contract.js';
import { answerError, answerNotFound } from './errorReplies.js';
import { HostReservations } from './HostReservations.js';
import { openApiDocument } from './openapi.js';
import { originProxy } from './originProxy.js';
import { pageRoutes, securityHeaders } from './pageRoutes.js';
import { apiRouter } from './apiRouter.js';
import { routes } from './routes/index.js';
import { statusRoutes, type StatusOptions } from './statusRoutes.js';
import { whipWhepRouter, type WhipWhepRouterOptions } from './whipWhepRouter.js';

export interface ApiOptions extends Omit<ApiServices, 'reservations'> {
  metrics: Metrics;
  log: Log;
  isReady: () => boolean;
  /** Returns the URL at which this server reaches the stream's origin, or null if there is none. */
  originTarget: (stream: StreamRef) => string | null;
  /** Folder with the built client. */
  clientDir: string;
  trustProxy: boolean;
  bridgeMetrics: StatusOptions['bridges'];
  /** Serves recording files to holders of a signed URL. */
  recordingProxy: Router;
  /** WHIP and WHEP; omit to disable them. */
  rtc?: WhipWhepRouterOptions;
}

/** Builds the HTTP app: everything that this server serves over plain HTTP. */
export function createApi(options: ApiOptions): Express {
  const { log, metrics, isReady, authority, originTarget, clientDir, trustProxy } = options;
  // Built once, because the endpoint is public.
  const description = openApiDocument();
  const app = express();
  app.disable('x-powered-by');
  // Use the nearest address outside private networks, so that a caller cannot forge X-Forwarded-For.
  app.set('trust proxy', trustProxy ? ['loopback', 'linklocal', 'uniquelocal'] : false);
  app.set('query parser', 'simple');
  app.use(statusRoutes({ isReady, metrics, authority, bridges: options.bridgeMetrics }));
  if (options.rtc) app.use('/rtc/v1', whipWhepRouter(options.rtc));
  app.use(options.recordingProxy);
  app.use(originProxy({ isApp: (name) => options.streams.isApp(name), targetOf: originTarget }));
  app.use(securityHeaders(options));
  app.get('/api/v1/openapi.json', (_request, response) => void response.json(description));
  app.use('/api/v1', apiRouter(routes, { ...options, reservations: new HostReservations() }));
  app.use('/api', answerNotFound);
  app.use(pageRoutes(clientDir));
  app.use(answerNotFound);
  app.use(answerError(log));
  return app;
}
