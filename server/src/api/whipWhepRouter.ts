import { plainIp } from '@lianmai/kit';
import { DEFAULT_APP, LianmaiError, parse, StreamRef, toLianmaiError, type ErrorCode } from '@lianmai/protocol';
import express, { Router, type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import type { Bounds } from './bounds.js';
import { neverAnswers, type RouteGuard } from './RouteGuard.js';
import { parseFragment, type Opened, type WebRtc, type WebRtcRequest } from '../webrtc/index.js';

export interface WhipWhepRouterOptions {
  webrtc: WebRtc;
  /** STUN and TURN servers, sent to clients as Link headers. */
  iceServers: readonly { urls: readonly string[]; username?: string | undefined; credential?: string | undefined }[];
}

const SDP = 'application/sdp';
const FRAGMENT = 'application/trickle-ice-sdpfrag';
/** A browser's offer is about 8 kB. */
const MAX_BODY_BYTES = 128 * 1024;
/** Clients show a stream key, a signature or a session id. Each session sends a few candidates, and renews its ICE now and then. */
const BOUNDS: Bounds = { right: 'grant', maxBodyBytes: MAX_BODY_BYTES, perMinute: 6000 };
/** Opening a session costs a transport and, for publishers, an authorisation. A page that reconnects stays far below this. */
const OPENING: Bounds = { ...BOUNDS, perMinute: 240 };

type Direction = 'publish' | 'play';
/** SRS's names as well as the drafts' names. */
const DIRECTIONS: Readonly<Record<string, Direction>> = { whip: 'publish', whep: 'play', 'whep-play': 'play', 'whip-play': 'play' };

/** WHIP (RFC 9725) and WHEP. `POST /whip/?app=&stream=` opens a session, whose own URL takes PATCH and DELETE. */
export function whipWhepRouter({ webrtc, iceServers }: WhipWhepRouterOptions, guard: RouteGuard): Router {
  const router = Router();
  const readText = express.text({ limit: MAX_BODY_BYTES, type: () => true });
  const links = iceServers.flatMap(({ urls, ...access }) => urls.map((url) => linkOf(url, access)));
  const open = opener(webrtc, links);

  router.use('/:direction{/:id}', allowKnownDirections);
  router
    .route('/:direction')
    .all(guard.for(BOUNDS))
    .options((_request, response) => void response.set('Accept-Post', SDP).status(204).end())
    .post(guard.for(OPENING), expectType(SDP), readText, open)
    .all(refuseMethod('POST, OPTIONS'));
  router
    .route('/:direction/:id')
    .all(guard.for(BOUNDS))
    .options((_request, response) => void response.set('Accept-Patch', FRAGMENT).status(204).end())
    .patch(expectType(FRAGMENT), readText, patcher(webrtc))
    .delete((request, response) => {
      webrtc.session(idOf(request)).close('the client ended the session', true);
      response.status(200).end();
    })
    .all(refuseMethod('PATCH, DELETE, OPTIONS'));
  router.use(answerError);
  return router;
}

const allowKnownDirections: RequestHandler = neverAnswers((request: Request, response: Response, next: NextFunction) => {
  if (!Object.hasOwn(DIRECTIONS, String(request.params['direction']))) return next('router');
  allowEverywhere(response);
  next();
});

const opener =
  (webrtc: WebRtc, links: readonly string[]): RequestHandler =>
  async (request, response) => {
    const direction = DIRECTIONS[String(request.params['direction'])] ?? 'play';
    const { session, answer }: Opened = await (direction === 'publish' ? webrtc.publish(read(request)) : webrtc.play(read(request)));
    // A client that is already gone will never send DELETE.
    if (response.destroyed) return session.close('the client left before the reply');
    if (links.length > 0) response.setHeader('Link', [...links]);
    const name = direction === 'publish' ? 'whip' : 'whep';
    response
      .status(201)
      .set({ 'Content-Type': SDP, Location: `${request.baseUrl}/${name}/${session.id}`, ETag: session.etag, 'Accept-Patch': FRAGMENT });
    response.end(answer);
  };

/** RFC 9725 4.3: If-Match names the ICE generation. "*" requests a restart, which makes a new generation. */
const patcher =
  (webrtc: WebRtc): RequestHandler =>
  async (request, response) => {
    const session = webrtc.session(idOf(request));
    const fragment = parseFragment(textOf(request));
    const condition = request.headers['if-match'];
    if (condition === undefined)
      return refuse(response, 428, 'BAD_REQUEST', 'If-Match is missing. Send the session’s ETag, or "*" to restart ICE.');
    const isAny = condition === '*' || condition === '"*"';
    if (!isAny && condition !== session.etag)
      return refuse(
        response,
        412,
        'CONFLICT',
        'If-Match does not match the session’s current ETag. Send the latest one, or "*" to restart ICE.',
      );
    const answer = await session.patch(fragment);
    response.setHeader('ETag', session.etag);
    if (answer === null) response.status(204).end();
    else response.status(200).set('Content-Type', FRAGMENT).end(answer);
  };

const idOf = (request: Request): string => String(request.params['id']);
const textOf = (request: Request): string => (typeof request.body === 'string' ? request.body : '');

/** More than any legitimate URL has. */
const MAX_PARAMS = 32;

function read(request: Request): WebRtcRequest {
  // The target may be in absolute form (RFC 9112 3.2.2), with a host that is none.
  const query = new URLSearchParams(/\?([^#]*)/.exec(request.originalUrl)?.[1] ?? '');
  const stream = parse(StreamRef, { app: query.get('app') ?? DEFAULT_APP, name: query.get('stream') ?? '' });
  const given = [...query].filter(([name, value]) => name !== 'app' && name !== 'stream' && name.length <= 64 && value.length <= 1024);
  const params: Record<string, string> = Object.fromEntries(given.slice(0, MAX_PARAMS).reverse());
  const bearer = /^Bearer +(\S{1,1024})$/i.exec(request.headers.authorization ?? '')?.[1];
  // A publisher's bearer token is the stream key. A player's may be any parameter that the authoriser expects.
  if (bearer !== undefined) for (const name of ['key', 'token']) params[name] ??= bearer;
  return { stream, params, ip: plainIp(request.ip), sdp: textOf(request) };
}

function allowEverywhere(response: Response): void {
  response.set({
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Allow-Methods': 'POST, PATCH, DELETE, OPTIONS',
    'Access-Control-Allow-Headers': 'Authorization, Content-Type, If-Match',
    'Access-Control-Expose-Headers': 'Location, ETag, Link, Accept-Patch, Retry-After',
    'Access-Control-Max-Age': '86400',
    'Cache-Control': 'no-store',
  });
}

const expectType =
  (type: string): RequestHandler =>
  (request, _response, next) => {
    const given = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
    if (given !== type) throw new LianmaiError('UNSUPPORTED', { expected: type }, { message: `Content-Type: expected ${type}` });
    next();
  };

const refuseMethod =
  (allowed: string): RequestHandler =>
  (request, response) => {
    response.setHeader('Allow', allowed);
    refuse(response, 405, 'BAD_REQUEST', `${request.method} is not available here. Check the method and path.`);
  };

/** Sends statuses that RFC 9725 requires and the error table lacks. */
function refuse(response: Response, status: number, code: ErrorCode, message: string): void {
  response.status(status).json({ error: { code, message } });
}

/** Replies as the API does, except that a player without a key must not trigger a password prompt, and codecs without a match give 406. */
function answerError(thrown: unknown, request: Request, response: Response, next: NextFunction): void {
  if (!(thrown instanceof LianmaiError) || response.headersSent) return next(thrown);
  const error = toLianmaiError(thrown);
  if (error.code === 'INTERNAL') return next(error);
  if (error.code === 'UNAUTHENTICATED') response.setHeader('WWW-Authenticate', 'Bearer');
  const retryAfterMs = error.details?.['retryAfterMs'];
  if (typeof retryAfterMs === 'number') response.setHeader('Retry-After', Math.ceil(retryAfterMs / 1000));
  const isAboutCodecs = error.code === 'UNSUPPORTED' && request.headers['content-type']?.startsWith(SDP);
  response.status(isAboutCodecs ? 406 : error.status).json({ error: error.toWire() });
}

/** RFC 9725 4.5. */
function linkOf(url: string, { username, credential }: { username?: string | undefined; credential?: string | undefined }): string {
  const quoted = (value: string) => `"${value.replace(/["\\]/g, '\\$&')}"`;
  const access =
    username !== undefined && credential !== undefined
      ? `; username=${quoted(username)}; credential=${quoted(credential)}; credential-type="password"`
      : '';
  return `<${url}>; rel="ice-server"${access}`;
}
