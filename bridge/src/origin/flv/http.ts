import type { Socket } from 'node:net';
import type { Log } from '@lianmai/kit';
import { LianmaiError } from '@lianmai/protocol';
import { Router, type Response } from 'express';
import { LAST_CHUNK, type Shape } from './Batch.js';
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
    const socket = answer(response, message.method === 'HEAD');
    const shape = message.httpVersion === '1.0' ? 'bytes' : 'chunk';
    if (socket) playTo({ socket, shape }, visit, channels, log);
    else visit.admission.release();
  });
  return router;
}

/**
 * The head, and then the connection itself: chunks are framed once for all players, and what a response object would do for each write is done for none.
 * Null: nothing is to follow.
 */
function answer(response: Response, isHead: boolean): Socket | null {
  response.set({ 'Content-Type': 'video/x-flv', 'Cache-Control': 'no-store' });
  if (isHead || !response.socket) {
    response.end();
    return null;
  }
  response.set('Connection', 'close').flushHeaders();
  return response.socket;
}

function playTo(line: { socket: Socket; shape: Shape }, { stream, admission }: Visit, channels: FlvChannels, log: Log): void {
  const { socket, shape } = line;
  socket.once('close', () => admission.release());
  admission.signal.addEventListener('abort', () => socket.destroy(), { once: true });
  const finish = () => {
    const linger = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once('close', () => clearTimeout(linger));
    if (shape === 'chunk') socket.write(LAST_CHUNK);
    socket.end();
  };
  channels.play(stream, { ...line, admission, finish }, (error) => {
    log.error({ err: error, stream: stream.key }, 'FLV playback failed');
  });
}
