import { Agent, request as httpRequest, type ClientRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { Agent as SecureAgent, request as httpsRequest } from 'node:https';
import { Places } from '@lianmai/kit';
import { LianmaiError, type StreamRef } from '@lianmai/protocol';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Bounds } from './bounds.js';
import type { RouteGuard } from './RouteGuard.js';
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
/** Some clients send a body for nothing; it is not passed on. */
const MAX_IGNORED_BODY_BYTES = 1024;
/** Requests to the origin have no body. A body that is announced but never sent would swallow the next request on that connection. */
const OF_A_BODY = ['content-length', 'expect'];
/** Cookies ignore ports, so a request may carry cookies of other programs on this host. */
const PRIVATE = ['cookie', 'authorization'];
export const NOT_FOR_ORIGIN: readonly string[] = [...OF_A_BODY, ...PRIVATE];
const TIMEOUT_MS = 15_000;
/** A request for a future part of a stream gets no data for a while. */
const PATIENT_TIMEOUT_MS = 65_000;

/** The origin asks who may play. A school behind one address may watch LL-HLS, which takes six requests a second for each viewer. */
const BOUNDS: Bounds = { right: 'grant', maxBodyBytes: MAX_IGNORED_BODY_BYTES, perMinute: 120_000 };
/** Players that wait for one stream to start, at one address. They hold a connection here and one at the origin. */
const MAX_WAITING_PER_ADDRESS = 50;

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

/** Places of players that ask with `?wait=1` to wait for a stream. */
export const waitingPlaces = (): Places =>
  new Places({ name: 'players that wait for a stream', total: Infinity, perAddress: MAX_WAITING_PER_ADDRESS });
export const asksToWait = (url: string): boolean => new URLSearchParams(/\?(.*)/s.exec(url)?.[1]).get('wait') === '1';

/**
 * Proxies `/{app}/{stream}*` from this server's port to the origin, so the watch page plays from its own address: no mixed content, and
 * only one open port. Point large audiences at the origin's port, or at a CDN in front of it.
 */
export function originProxy(route: OriginRoute, guard: RouteGuard): RequestHandler {
  const places = waitingPlaces();
  const isForOrigin = ({ path }: Request) => route.isApp(streamOf(path).app) && !LIVE_PAGE.test(path);
  return guard.around(BOUNDS, (request, response, next) => pass(route, places, { request, response, next }), isForOrigin);
}

interface Exchange {
  request: Request;
  response: Response;
  next: NextFunction;
}

function pass(route: OriginRoute, places: Places, { request, response, next }: Exchange): void {
  const { method, originalUrl, ip = '' } = request;
  const stream = streamOf(request.path);
  const target = route.targetOf(stream);
  if (target === null) return next(new LianmaiError('BRIDGE_UNAVAILABLE'));
  if (method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS') return next();
  const address = urlOn(target, originalUrl, stream.app);
  if (!address) return next(new LianmaiError('NOT_FOUND'));
  const release = asksToWait(originalUrl) ? places.take(ip) : () => undefined;
  const headers = { ...passedOn(request.headers, NOT_FOR_ORIGIN), 'x-forwarded-for': ip };
  const upstream = requestOrigin(address, method, headers).on('response', (answer) => {
    release();
    response.writeHead(answer.statusCode ?? 502, passedOn(answer.headers));
    answer.pipe(response);
    answer.on('error', () => response.destroy());
  });
  upstream.on('timeout', () => upstream.destroy(new Error('the origin did not respond in time')));
  upstream.on('error', (cause) => {
    if (response.headersSent) response.destroy();
    else next(new LianmaiError('BRIDGE_UNAVAILABLE', undefined, { cause }));
  });
  upstream.on('close', release);
  response.on('close', () => upstream.destroy());
  upstream.end();
}

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
