import { Agent, request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { Agent as SecureAgent, request as httpsRequest } from 'node:https';
import { LianmaiError } from '@lianmai/protocol';
import type { RequestHandler } from 'express';

/** Per connection, not for passing on (RFC 9110 7.6.1). */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
];
/** What is asked of the origin has no body: one that is announced and never sent would eat the next request on the same connection. */
const OF_A_BODY = ['content-length', 'expect'];
/** Cookies know no ports: those of other programs on this host come along, and are nobody's business but theirs. */
const PRIVATE = ['cookie', 'authorization'];
const TIMEOUT_MS = 15_000;

const agent = new Agent({ keepAlive: true, maxSockets: 256 });
const secureAgent = new SecureAgent({ keepAlive: true, maxSockets: 256 });

/**
 * `/live/*` of this server's own port, passed on to the origin: the watch page plays from the address that it came from, so HTTPS pages have no mixed
 * content and one open port is enough. Large audiences go to the origin's own port, or to a CDN in front of it.
 */
export const originProxy =
  (targetOf: (room: string) => string | null): RequestHandler =>
  (request, response, next) => {
    const target = targetOf(/^\/([A-Za-z0-9_-]*)/.exec(request.path)?.[1] ?? '');
    if (target === null) return next(new LianmaiError('BRIDGE_UNAVAILABLE'));
    if (request.method !== 'GET' && request.method !== 'HEAD' && request.method !== 'OPTIONS') return next();
    const address = addressOn(target, request.originalUrl);
    if (!address) return next(new LianmaiError('NOT_FOUND'));
    const isSecure = address.protocol === 'https:';
    const headers = { ...passedOn(request.headers, [...OF_A_BODY, ...PRIVATE]), 'x-forwarded-for': request.ip ?? '' };
    const options = { method: request.method, headers, agent: isSecure ? secureAgent : agent, timeout: TIMEOUT_MS };
    const upstream = (isSecure ? httpsRequest : httpRequest)(address, options, (answer) => {
      response.writeHead(answer.statusCode ?? 502, passedOn(answer.headers));
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    upstream.on('timeout', () => upstream.destroy(new Error('the origin does not answer')));
    upstream.on('error', (cause) => {
      if (response.headersSent) response.destroy();
      else next(new LianmaiError('BRIDGE_UNAVAILABLE', undefined, { cause }));
    });
    response.on('close', () => upstream.destroy());
    upstream.end();
  };

/** null for what is not below /live/ once it is resolved: `..` would reach the origin's other paths, and an absolute URL another host. */
function addressOn(target: string, originalUrl: string): URL | null {
  if (!originalUrl.startsWith('/') || !URL.canParse(target + originalUrl)) return null;
  const address = new URL(target + originalUrl);
  return address.pathname.startsWith('/live/') ? address : null;
}

/** All but what belongs to one connection, by its nature or because `Connection` names it. */
function passedOn(headers: IncomingHttpHeaders, dropped: readonly string[] = []): OutgoingHttpHeaders {
  const named = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  const without = new Set([...HOP_BY_HOP, ...named, ...dropped]);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !without.has(name)));
}
