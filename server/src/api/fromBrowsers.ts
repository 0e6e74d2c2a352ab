import { LianmaiError } from '@lianmai/protocol';
import type { Request, RequestHandler } from 'express';
import { neverAnswers } from './RouteGuard.js';

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
const MESSAGE =
  'Pages of other sites may not call this API; call it from your backend. ' +
  'If this is the server’s own page, its reverse proxy must pass the Host header on, or be trusted (trustProxy).';

/** True for requests that a browser made. Every browser names itself Mozilla. */
export const isFromBrowser = ({ headers }: Pick<Request, 'headers'>): boolean =>
  headers['sec-fetch-site'] !== undefined || headers.origin !== undefined || (headers['user-agent'] ?? '').startsWith('Mozilla/');

/**
 * Throws FORBIDDEN for changing requests that a page of another site made. Browsers send Sec-Fetch-Site to HTTPS and localhost (W3C Fetch
 * Metadata), and Origin everywhere else; other clients send neither.
 */
export const refuseOtherSites: RequestHandler = neverAnswers((request: Request, _response, next) => {
  if (!SAFE_METHODS.has(request.method) && isFromOtherSite(request)) throw new LianmaiError('FORBIDDEN', undefined, { message: MESSAGE });
  next();
});

function isFromOtherSite(request: Request): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const { origin } = request.headers;
  if (origin === undefined) return false;
  return !URL.canParse(origin) || !isSameHost(new URL(origin), request.host ?? '');
}

/** The scheme may differ behind a proxy that ends TLS, and with it the default port. */
function isSameHost(origin: URL, host: string): boolean {
  return URL.canParse(`${origin.protocol}//${host}`) && new URL(`${origin.protocol}//${host}`).host === origin.host;
}
