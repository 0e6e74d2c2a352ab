import { createHash, randomBytes } from 'node:crypto';
import { LianmaiError } from '@lianmai/protocol';
import { Router, type Request, type Response } from 'express';
import type { HlsChannel } from './HlsChannel.js';
import type { HlsOrigin } from './HlsOrigin.js';

const PLAYLIST_TYPE = 'application/vnd.apple.mpegurl';
const VIDEO_TYPE = 'video/mp4';
const AUDIO_TYPE = 'audio/mp4';
/** Names are numbers that are never used again. */
const FOREVER = 'public, max-age=86400, immutable';
/** A player's own master: nobody else may get it. */
const NEVER = 'no-store';
/** Caches may answer many players with one fetch, for less than a segment. */
const BRIEFLY = 'public, max-age=1';

const MASTER = /^(.+)\.m3u8$/;
const SEGMENT = /^(\d{1,15})\.m4s$/;
const INIT = /^init-(\d{1,15})\.mp4$/;
const SESSION = /^[A-Za-z0-9_-]{8,32}$/;

/**
 * `/{app}/{name}.m3u8` (master) → `/{app}/{name}/index.m3u8?session=…` → `init-N.mp4`, `N.m4s`. Only the first two differ between viewers.
 */
export function hlsRoutes(origin: HlsOrigin): Router {
  const router = Router();
  router.get('/:app/:file', (request, response, next) => {
    const name = MASTER.exec(request.params.file)?.[1];
    if (name === undefined) return next();
    const channel = findChannel(origin, request.params.app, name);
    const session = randomBytes(9).toString('base64url');
    sendPlaylist(response, channel, channel.masterPlaylist(`${encodeURIComponent(name)}/index.m3u8?session=${session}`), NEVER);
  });
  router.get('/:app/:name/:file', (request, response, next) => {
    const { app, name, file } = request.params;
    const channel = findChannel(origin, app, name);
    if (file === 'index.m3u8') {
      channel.viewers.see(viewerOf(request), Date.now());
      return sendPlaylist(response, channel, channel.mediaPlaylist(), BRIEFLY);
    }
    const segment = SEGMENT.exec(file)?.[1];
    const init = INIT.exec(file)?.[1];
    if (segment === undefined && init === undefined) return next();
    sendMedia(response, channel, segment === undefined ? channel.init(Number(init)) : channel.segment(Number(segment)));
  });
  return router;
}

function findChannel(origin: HlsOrigin, app: string, name: string): HlsChannel {
  const channel = origin.get({ app, name });
  if (!channel) throw notLive();
  return channel;
}

const notLive = () => new LianmaiError('NOT_FOUND', undefined, { message: 'There is no such stream at the moment.' });

/** `X-Stream-State` tells a waiting page that what it gets is the end of the last broadcast. */
function sendPlaylist(response: Response, channel: HlsChannel, playlist: string | null, caching: string): void {
  if (playlist === null) throw notLive();
  response.set({ 'Content-Type': PLAYLIST_TYPE, 'Cache-Control': caching, 'X-Stream-State': channel.isEnded ? 'ended' : 'live' });
  response.send(Buffer.from(playlist)); // a string would get a charset, which the type does not have
}

function sendMedia(response: Response, channel: HlsChannel, bytes: Buffer | undefined): void {
  if (!bytes) throw new LianmaiError('NOT_FOUND', undefined, { message: 'This segment is not there, or not any more.' });
  // The bytes under a name never change, so their length is a good enough tag; hashing them for every player would not be cheap.
  response.set({ 'Content-Type': channel.hasVideo ? VIDEO_TYPE : AUDIO_TYPE, 'Cache-Control': FOREVER, ETag: `"${bytes.length}"` });
  response.send(bytes);
}

/** By session where the player came through the master, else by what tells players of one address apart. */
function viewerOf(request: Request): string {
  const { session } = request.query;
  if (typeof session === 'string' && SESSION.test(session)) return session;
  const agent = `${request.ip ?? ''} ${request.get('user-agent') ?? ''}`;
  return createHash('sha1').update(agent).digest('base64url');
}
