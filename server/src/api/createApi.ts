import type { Log, Metrics } from '@lianmai/kit';
import type { StreamRef } from '@lianmai/protocol';
import express, { type Express, type RequestHandler } from 'express';
import { ApiAuthenticator, GuessLimiter } from '../authorisation/index.js';
import { trustFunction, type TrustedProxies } from '../config/index.js';
import type { Bounds } from './bounds.js';
import type { ApiServices } from './contract.js';
import { answerError, answerNotFound } from './errorReplies.js';
import { refuseOtherSites } from './fromBrowsers.js';
import { HostReservations } from './HostReservations.js';
import { openApiDocument } from './openapi.js';
import { originProxy } from './originProxy.js';
import { pageRoutes, securityHeaders } from './pageRoutes.js';
import { apiRouter } from './apiRouter.js';
import { neverAnswers, RouteGuard } from './RouteGuard.js';
import { routes } from './routes/index.js';
import { statusRoutes, type StatusOptions } from './statusRoutes.js';
import { whipWhepRouter, type WhipWhepRouterOptions } from './whipWhepRouter.js';

/** A player reads a recording in many small ranges. */
const RECORDING_BOUNDS: Bounds = { right: 'grant', maxBodyBytes: 0, perMinute: 30_000 };
const DESCRIPTION_BOUNDS: Bounds = { right: 'open', maxBodyBytes: 0, perMinute: 600 };

export interface ApiOptions extends Omit<ApiServices, 'authenticator' | 'reservations'> {
  metrics: Metrics;
  log: Log;
  isReady: () => boolean;
  /** Returns the URL at which this server reaches the stream's origin, or null if there is none. */
  originTarget: (stream: StreamRef) => string | null;
  /** Folder with the built client. */
  clientDir: string;
  trustProxy: TrustedProxies;
  bridgeMetrics: StatusOptions['bridges'];
  /** Serves recording files to holders of a signed URL. */
  recordingProxy: RequestHandler<{ grant: string; file: string }>;
  /** WHIP and WHEP; omit to disable them. */
  rtc?: WhipWhepRouterOptions;
}

/** Builds the HTTP app: everything that this server serves over plain HTTP. */
export function createApi(options: ApiOptions): Express {
  const { log, metrics, isReady, authority, originTarget, clientDir, trustProxy } = options;
  // Built once, because the endpoint is public.
  const description = openApiDocument();
  const authenticator = new ApiAuthenticator(authority, new GuessLimiter());
  const guard = new RouteGuard(authenticator);
  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', trustFunction(trustProxy));
  app.set('query parser', 'simple');
  app.use(statusRoutes({ isReady, metrics, bridges: options.bridgeMetrics }, guard));
  if (options.rtc) app.use('/rtc/v1', whipWhepRouter(options.rtc, guard));
  app.get('/recordings/:grant/:file', guard.for(RECORDING_BOUNDS), options.recordingProxy);
  app.use(originProxy({ isApp: (name) => options.streams.isApp(name), targetOf: originTarget }, guard));
  app.use(neverAnswers(securityHeaders(options)));
  app.use('/api', refuseOtherSites);
  app.get('/api/v1/openapi.json', guard.for(DESCRIPTION_BOUNDS), (_request, response) => void response.json(description));
  app.use('/api/v1', apiRouter(routes, { ...options, authenticator, reservations: new HostReservations() }, guard));
  app.use('/api', answerNotFound);
  app.use(pageRoutes(clientDir, guard));
  app.use(answerNotFound);
  app.use(answerError(log));
  return app;
}
