import { Agent, request as httpRequest, type ClientRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { Agent as SecureAgent, request as httpsRequest } from 'node:https';
import { LianmaiError, type StreamRef } from '@lianmai/protocol';
import type { RequestHandler } from 'express';
import { LIVE_PAGE } from './pageRoutes.js';

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
export const NOT_FOR_ORIGIN: readonly string[] = [...OF_A_BODY, ...PRIVATE];
const TIMEOUT_MS = 15_000;
/** Who waits for a stream that is to come hears nothing for a while. */
const PATIENT_TIMEOUT_MS = 65_000;

/** Not bounded: FLV players and those who wait for the next part hold theirs, and nobody must wait for them to go. */
const SOCKETS = { keepAlive: true, maxFreeSockets: 64 };
const agent = new Agent(SOCKETS);
const secureAgent = new SecureAgent(SOCKETS);

export interface OriginRoute {
  /** Whether paths that begin so are the origin's. */
  isApp(app: string): boolean;
  /** Which origin has this stream, as this server reaches it; null: none. */
  targetOf(stream: StreamRef): string | null;
}

/**
 * `/{app}/{stream}*` of this server's own port, passed on to the origin: the watch page plays from the address that it came from, so HTTPS pages have no mixed
 * content and one open port is enough. Large audiences go to the origin's own port, or to a CDN in front of it.
 */
export const originProxy =
  (route: OriginRoute): RequestHandler =>
  (request, response, next) => {
    const { app, name } = streamOf(request.path);
    if (!route.isApp(app) || LIVE_PAGE.test(request.path)) return next();
    const target = route.targetOf({ app, name });
    if (target === null) return next(new LianmaiError('BRIDGE_UNAVAILABLE'));
    if (request.method !== 'GET' && request.method !== 'HEAD' && request.method !== 'OPTIONS') return next();
    const address = urlOn(target, request.originalUrl, app);
    if (!address) return next(new LianmaiError('NOT_FOUND'));
    const headers = { ...passedOn(request.headers, NOT_FOR_ORIGIN), 'x-forwarded-for': request.ip ?? '' };
    const upstream = requestOrigin(address, request.method, headers).on('response', (answer) => {
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

/** Names as far as they are names: `/live/r1.m3u8` and `/live/r1/seg1.m4s` are of `live/r1`. */
export function streamOf(path: string): StreamRef {
  const [, app = '', name = ''] = /^\/([A-Za-z0-9_-]*)(?:\/([A-Za-z0-9_-]*)|$)/.exec(path) ?? [];
  return { app, name };
}

/** A stream has a connection of its own: among the shared ones its length would keep playlists and segments waiting. */
export function requestOrigin(address: URL, method: string, headers: OutgoingHttpHeaders): ClientRequest {
  const [isSecure, isStream] = [address.protocol === 'https:', address.pathname.endsWith('.flv')];
  const shared = isSecure ? secureAgent : agent;
  const timeout = isStream ? PATIENT_TIMEOUT_MS : TIMEOUT_MS;
  return (isSecure ? httpsRequest : httpRequest)(address, { method, headers, timeout, agent: isStream ? false : shared });
}

/** null for what is not below /{app}/ once it is resolved: `..` would reach the origin's other paths, and an absolute URL another host. */
export function urlOn(target: string, originalUrl: string, app: string): URL | null {
  if (!originalUrl.startsWith('/') || !URL.canParse(target + originalUrl)) return null;
  const address = new URL(target + originalUrl);
  return address.pathname.startsWith(`/${app}/`) ? address : null;
}

/** All but what belongs to one connection, by its nature or because `Connection` names it. */
export function passedOn(headers: IncomingHttpHeaders, dropped: readonly string[] = []): OutgoingHttpHeaders {
  const named = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  const without = new Set([...HOP_BY_HOP, ...named, ...dropped]);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !without.has(name)));
}
