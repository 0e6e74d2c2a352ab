import { Agent, request as httpRequest, type ClientRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { Agent as SecureAgent, request as httpsRequest } from 'node:https';
import { LianmaiError, type StreamRef } from '@lianmai/protocol';
import type { RequestHandler } from 'express';
import { LIVE_PAGE } from './pageRoutes.js';

/** Hop-by-hop headers must not be forwarded (RFC 9110 7.6.1). */
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
/** Requests to the origin have no body. A body that is announced but never sent would swallow the next request on that connection. */
const OF_A_BODY = ['content-length', 'expect'];
/** Cookies ignore ports, so a request may carry cookies of other programs on this host. */
const PRIVATE = ['cookie', 'authorization'];
export const NOT_FOR_ORIGIN: readonly string[] = [...OF_A_BODY, ...PRIVATE];
const TIMEOUT_MS = 15_000;
/** A request for a future part of a stream gets no data for a while. */
const PATIENT_TIMEOUT_MS = 65_000;

/** Sockets are unlimited: FLV players and blocking playlist requests hold theirs, and must not delay anyone else. */
const SOCKETS = { keepAlive: true, maxFreeSockets: 64 };
const agent = new Agent(SOCKETS);
const secureAgent = new SecureAgent(SOCKETS);

export interface OriginRoute {
  /** Whether the origin serves paths that start with this app. */
  isApp(app: string): boolean;
  /** Returns the URL at which this server reaches the stream's origin, or null if there is none. */
  targetOf(stream: StreamRef): string | null;
}

/**
 * Proxies `/{app}/{stream}*` from this server's port to the origin, so the watch page plays from its own address: no mixed content, and
 * only one open port. Point large audiences at the origin's port, or at a CDN in front of it.
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
    upstream.on('timeout', () => upstream.destroy(new Error('the origin did not respond in time')));
    upstream.on('error', (cause) => {
      if (response.headersSent) response.destroy();
      else next(new LianmaiError('BRIDGE_UNAVAILABLE', undefined, { cause }));
    });
    response.on('close', () => upstream.destroy());
    upstream.end();
  };

/** Takes the stream's name from a path: `/live/r1.m3u8` and `/live/r1/seg1.m4s` both belong to `live/r1`. */
export function streamOf(path: string): StreamRef {
  const [, app = '', name = ''] = /^\/([A-Za-z0-9_-]*)(?:\/([A-Za-z0-9_-]*)|$)/.exec(path) ?? [];
  return { app, name };
}

/** A stream gets its own connection, since a long transfer on a shared one would delay playlists and segments. */
export function requestOrigin(address: URL, method: string, headers: OutgoingHttpHeaders): ClientRequest {
  const [isSecure, isStream] = [address.protocol === 'https:', address.pathname.endsWith('.flv')];
  const shared = isSecure ? secureAgent : agent;
  const timeout = isStream ? PATIENT_TIMEOUT_MS : TIMEOUT_MS;
  return (isSecure ? httpsRequest : httpRequest)(address, { method, headers, timeout, agent: isStream ? false : shared });
}

/** Returns null unless the resolved path is below /{app}/: `..` would reach other paths on the origin, and an absolute URL another host. */
export function urlOn(target: string, originalUrl: string, app: string): URL | null {
  if (!originalUrl.startsWith('/') || !URL.canParse(target + originalUrl)) return null;
  const address = new URL(target + originalUrl);
  return address.pathname.startsWith(`/${app}/`) ? address : null;
}

/** Returns all headers except hop-by-hop ones, listed here or named by `Connection`. */
export function passedOn(headers: IncomingHttpHeaders, dropped: readonly string[] = []): OutgoingHttpHeaders {
  const named = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  const without = new Set([...HOP_BY_HOP, ...named, ...dropped]);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !without.has(name)));
}
