import type { Socket } from 'node:net';
import type { Log } from '@lianmai/kit';
import { LianmaiError } from '@lianmai/protocol';
import { Router, type Response } from 'express';
import type { Door, Visit } from './Door.js';
import type { FlvChannels } from './FlvChannels.js';

const NAME = /^(.+)\.flv$/;
/** A goodbye that is not answered. */
const LINGER_MS = 5000;

/** `/{app}/{name}.flv`: HTTP-FLV, as SRS serves it; but a stream that is not there is told at once, unless `?wait=1` asks to be held until it comes. */
export function flvRoutes(door: Door, channels: FlvChannels, log: Log): Router {
  const router = Router();
  router.get('/:app/:file', async (message, response, next) => {
    const name = NAME.exec(message.params.file)?.[1];
    if (name === undefined) return next();
    const gone = new AbortController();
    response.once('close', () => gone.abort(new LianmaiError('NOT_FOUND')));
    const visit = await door.enter({ app: message.params.app, name, protocol: 'flv', message, signal: gone.signal });
    if (message.method === 'HEAD') visit.admission.release();
    const socket = answer(response, message.method === 'HEAD');
    if (socket) playTo(socket, visit, channels, log);
    else visit.admission.release();
  });
  return router;
}

/**
 * The head, and then the connection itself: the body ends with it (RFC 9112 6.3), so there are no chunks to be framed for each player. Null: nothing is
 * to follow.
 */
function answer(response: Response, isHead: boolean): Socket | null {
  response.set({ 'Content-Type': 'video/x-flv', 'Cache-Control': 'no-store' });
  if (isHead || !response.socket) {
    response.end();
    return null;
  }
  response.set('Connection', 'close');
  response.removeHeader('Transfer-Encoding');
  response.flushHeaders();
  return response.socket;
}

function playTo(socket: Socket, { stream, admission }: Visit, channels: FlvChannels, log: Log): void {
  socket.once('close', () => admission.release());
  admission.signal.addEventListener('abort', () => socket.destroy(), { once: true });
  const finish = () => {
    const linger = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once('close', () => clearTimeout(linger)).end();
  };
  channels.play(stream, { socket, shape: 'bytes', admission, finish }, (error) => {
    log.error({ err: error, stream: stream.key }, 'FLV playback failed');
  });
}
