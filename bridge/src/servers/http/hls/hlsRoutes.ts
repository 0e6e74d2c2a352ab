import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { LianmaiError, type StreamRef } from '@lianmai/protocol';
import { Router, type Request, type Response } from 'express';
import { clientIp, readQueryParams } from '../../../hub/gate/index.js';
import { nowMs } from '../../../runtime/index.js';
import { PLAYLIST_HEADERS, SEGMENT_HEADERS } from '../responseHeaders.js';
import { readDeliveryDirectives } from './deliveryDirectives.js';
import type { HlsChannel, HlsMedia, PlaylistKind } from './HlsChannel.js';
import type { HlsOrigin } from './HlsOrigin.js';
import { MEDIA_KEY_MS } from './MediaKeys.js';
import { MEDIA_KEY_PARAM } from './playlist.js';
import { newSessionId, type HlsViewer } from './HlsViewerSessions.js';

const MEDIA_TYPE = 'video/mp4';
const AUDIO_TYPE = 'audio/mp4';
/** Segments of a signed stream: caches serve all its viewers, but not for longer than their URLs last. */
const KEYED_SEGMENT_HEADERS = { 'Cache-Control': `public, max-age=${MEDIA_KEY_MS / 1000}` };
/** A player that reads nothing for this long is disconnected. */
const STALL_MS = 30_000;

const MASTER = /^(.+)\.m3u8$/;
const PLAYLIST = /^(index|audio|dvr)\.m3u8$/;
const TOKEN = /^[A-Za-z0-9_-]{16}$/;
const SEGMENT = /^(a?)(\d{1,15})\.m4s$/;
const PART = /^(a?)(\d{1,15})\.(\d{1,6})\.m4s$/;
const INIT = /^(a?)init-\d{1,15}\.mp4$/;
const SESSION = /^[A-Za-z0-9_-]{8,32}$/;

/**
 * `/{app}/{name}.m3u8` (master; `?dvr=1` for the DVR window) → `/{app}/{name}/{index|audio|dvr}.m3u8?session=…` → `{token}/init-N.mp4`,
 * `N.m4s`, `N.P.m4s`. Playlists differ per viewer and pass the gate. Media is the same for everyone, under names that only playlists
 * reveal; those of a signed stream end after a while (`MediaKeys`).
 */
export function hlsRoutes(origin: HlsOrigin): Router {
  const router = Router();
  router.get('/:app/:file', async (request, response, next) => {
    const name = MASTER.exec(request.params.file)?.[1];
    if (name === undefined) return next();
    await sendMaster(origin, { app: request.params.app, name }, request, response);
  });
  router.get('/:app/:name/:file', async (request, response, next) => {
    const kind = PLAYLIST.exec(request.params.file)?.[1];
    if (!isPlaylistKind(kind)) return next();
    await sendPlaylist(origin, { app: request.params.app, name: request.params.name }, kind, request, response);
  });
  router.get('/:app/:name/:token/:file', async (request, response, next) => {
    const { app, name, token, file } = request.params;
    if (!TOKEN.test(token)) return next();
    const channel = findChannel(origin, { app, name });
    // Without media inside, an init segment needs no key.
    if (!INIT.test(file)) assertMediaKey(channel, request);
    const media = await findMedia(channel, token, file, response);
    if (!media) throw new LianmaiError('NOT_FOUND', undefined, { message: 'This segment does not exist or has expired.' });
    response.set(channel.mediaKey(nowMs()) === null ? SEGMENT_HEADERS : KEYED_SEGMENT_HEADERS);
    await sendMedia(request, response, media, file.startsWith('a') ? AUDIO_TYPE : MEDIA_TYPE);
  });
  return router;
}

const isPlaylistKind = (name: string | undefined): name is PlaylistKind => name === 'index' || name === 'audio' || name === 'dvr';

async function sendMaster(origin: HlsOrigin, stream: StreamRef, request: Request, response: Response): Promise<void> {
  const channel = findChannel(origin, stream);
  const query = queryOf(request);
  const session = newSessionId();
  await origin.sessions.admit(stream, viewerOf(request, query, session), false);
  const uri = (kind: PlaylistKind) => `${encodeURIComponent(stream.name)}/${kind}.m3u8?${carryOver(query, session)}`;
  send(response, channel, channel.masterPlaylist(query.has('dvr'), uri));
}

async function sendPlaylist(origin: HlsOrigin, stream: StreamRef, kind: PlaylistKind, request: Request, response: Response): Promise<void> {
  const channel = findChannel(origin, stream);
  const query = queryOf(request);
  const given = query.get('session');
  const session = given !== null && SESSION.test(given) ? given : null;
  const viewer = viewerOf(request, query, session);
  const { playlistKeys } = await origin.sessions.admit(stream, viewer, true);
  const delivery = readDeliveryDirectives(query);
  if (delivery.blockUntil) {
    await channel.whenReady(kind, delivery.blockUntil, goneSignal(response));
    if (response.destroyed) return;
    await origin.sessions.admit(stream, viewer, true);
  }
  const mediaKey = channel.mediaKey(nowMs());
  // The segments that an update skips keep their URLs, so it must not span a change of the key.
  const canSkip = delivery.canSkip && (mediaKey === null || playlistKeys.get(kind) === mediaKey);
  if (mediaKey !== null) playlistKeys.set(kind, mediaKey);
  const playlist = channel.mediaPlaylist(kind, { canSkip, mediaKey });
  const report = channel.renditionReport(kind, (other) => `${other}.m3u8${session === null ? '' : `?${carryOver(query, session)}`}`);
  send(response, channel, playlist === null ? null : playlist + (report ?? ''));
}

function findChannel(origin: HlsOrigin, stream: StreamRef): HlsChannel {
  const channel = origin.get(stream);
  if (!channel) throw notLive();
  return channel;
}

/** Throws TOKEN_EXPIRED unless the URL comes from a recent playlist, or the stream is open. */
function assertMediaKey(channel: HlsChannel, request: Request): void {
  if (channel.acceptsMediaKey(queryOf(request).get(MEDIA_KEY_PARAM), nowMs())) return;
  throw new LianmaiError('TOKEN_EXPIRED', undefined, { message: 'This media URL has expired. Load the playlist again.' });
}

const notLive = () => new LianmaiError('NOT_FOUND', undefined, { message: 'This stream is not live.' });

/** `X-Stream-State` tells a waiting page that this is the end of the last broadcast. */
function send(response: Response, channel: HlsChannel, playlist: string | null): void {
  if (playlist === null) throw notLive();
  response.set({ ...PLAYLIST_HEADERS, 'X-Stream-State': channel.isEnded ? 'ended' : 'live' });
  response.send(Buffer.from(playlist)); // Express would add a charset to a string, which this type does not have
}

async function findMedia(channel: HlsChannel, token: string, file: string, response: Response): Promise<HlsMedia | null> {
  const segment = SEGMENT.exec(file);
  if (segment) return channel.segment({ token, letter: segment[1] ?? '', sequence: Number(segment[2]) });
  const part = PART.exec(file);
  if (part) return channel.part({ token, letter: part[1] ?? '', sequence: Number(part[2]), part: Number(part[3]) }, goneSignal(response));
  const init = INIT.test(file) ? channel.init(`${token}/${file}`) : null;
  return init && { bytes: [init] };
}

/** The bytes under a name never change, so their length suffices as an ETag; hashing them for every player would be expensive. */
async function sendMedia(request: Request, response: Response, media: HlsMedia, type: string): Promise<void> {
  if (response.destroyed) return;
  const length = 'bytes' in media ? media.bytes.reduce((sum, buffer) => sum + buffer.length, 0) : media.length;
  response.set({ 'Content-Type': type, 'Content-Length': String(length), ETag: `"${length}"` });
  response.setTimeout(STALL_MS, () => response.destroy());
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  if ('path' in media) return sendFile(response, media);
  response.cork();
  for (const buffer of media.bytes) response.write(buffer);
  response.end();
  response.uncork();
}

async function sendFile(response: Response, { path, offset, length }: Extract<HlsMedia, { path: string }>): Promise<void> {
  try {
    await pipeline(createReadStream(path, { start: offset, end: offset + length - 1 }), response);
  } catch {
    response.destroy(); // pruned in the meantime, or the player left
  }
}

const queryOf = (request: Request) => new URLSearchParams(request.originalUrl.split('?')[1] ?? '');

const viewerOf = (request: Request, query: URLSearchParams, session: string | null): HlsViewer => ({
  session,
  ip: clientIp(request),
  agent: request.get('user-agent')?.slice(0, 512) ?? '',
  params: gateParams(query),
});

/** Returns all parameters except our own. */
function gateParams(query: URLSearchParams): Record<string, string> {
  const params = Object.entries(readQueryParams(query)).filter(
    ([name]) => name !== 'session' && name !== 'dvr' && !name.startsWith('_HLS_'),
  );
  return Object.fromEntries(params);
}

/** Carries over the parameters that admitted the viewer, so an expired session can be admitted again, even after a restart. */
const carryOver = (query: URLSearchParams, session: string) => new URLSearchParams({ session, ...gateParams(query) }).toString();

function goneSignal(response: Response): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return gone.signal;
}
