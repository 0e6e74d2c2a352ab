import { existsSync } from 'node:fs';
import path from 'node:path';
import express, { Router, type RequestHandler } from 'express';
import helmet from 'helmet';
import type { Bounds } from './bounds.js';
import type { RouteGuard } from './RouteGuard.js';

const NOT_BUILT = 'The pages have not been built yet. Run "npm start", or "npm run build" in client/.\n';

/** A page loads some twenty files, and a whole school may open it at once. */
const BOUNDS: Bounds = { right: 'open', maxBodyBytes: 0, perMinute: 30_000 };

/** Paths that the client routes itself. */
/** `/live/{name}` and `/live/{app}/{name}` are the watch page; with a file extension they are media from the origin. */
export const LIVE_PAGE = /^\/live\/[A-Za-z0-9_-]+(?:\/[A-Za-z0-9_-]+)?\/?$/;
const PAGE_PATHS = ['/', '/r/:room', '/watch/:room', '/watch/:app/:name', LIVE_PAGE, '/streams', '/recordings'];

/**
 * Serves the built client. Files in /assets have content hashes in their names and are cached for ever; the page itself is revalidated
 * each time.
 */
export function pageRoutes(clientDir: string, guard: RouteGuard): Router {
  const router = Router();
  const index = path.join(clientDir, 'index.html');
  const hashedFiles = express.static(path.join(clientDir, 'assets'), { immutable: true, maxAge: '1y', index: false, redirect: false });
  router.use('/assets', guard.around(BOUNDS, hashedFiles));
  router.use(guard.around(BOUNDS, express.static(clientDir, { index: false, redirect: false, maxAge: '1h' })));
  router.get(PAGE_PATHS, guard.for(BOUNDS), (_request, response, next) => {
    if (!existsSync(index)) {
      response.status(503).type('text').send(NOT_BUILT);
      return;
    }
    response.sendFile(index, { cacheControl: false, headers: { 'Cache-Control': 'no-cache' } }, (error) => {
      if (error && !response.headersSent) next(error);
    });
  });
  return router;
}

/**
 * Limits what pages may load and connect to. WebAssembly and blob workers serve hls.js and image processing; blob and mediastream serve
 * camera and player. HSTS and upgrade-insecure-requests are left out, because Lianmai must work on a LAN without HTTPS.
 */
export function securityHeaders({ originPort, originUrl }: { originPort: number; originUrl: string | null }): RequestHandler {
  const origins = originUrl === null ? [`http://*:${originPort}`, `https://*:${originPort}`] : [originUrl];
  return helmet({
    strictTransportSecurity: false,
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    referrerPolicy: { policy: 'same-origin' },
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
        workerSrc: ["'self'", 'blob:'],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        fontSrc: ["'self'", 'data:'],
        mediaSrc: ["'self'", 'blob:', 'mediastream:', ...origins],
        connectSrc: ["'self'", 'ws:', 'wss:', 'blob:', ...origins],
        objectSrc: ["'none'"],
        baseUri: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'self'"],
      },
    },
  });
}
