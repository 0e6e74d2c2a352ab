import type { Socket } from 'node:net';
import { LianmaiError } from '@lianmai/protocol';
import { Router, type Response } from 'express';
import { FLV_HEADERS } from '../responseHeaders.js';
import type { PlayAdmission } from './PlayAdmission.js';
import { LAST_CHUNK } from './FlvBytes.js';
import type { PlayFlv } from './playFlv.js';

const NAME = /^(.+)\.flv$/;

/** `/{app}/{name}.flv`: HTTP-FLV at the path SRS uses. A missing stream is 404 at once, unless `?wait=1` asks to wait for it. */
export function flvRoutes(playAdmission: PlayAdmission, play: PlayFlv): Router {
  const router = Router();
  router.get('/:app/:file', async (message, response, next) => {
    const name = NAME.exec(message.params.file)?.[1];
    if (name === undefined) return next();
    const gone = new AbortController();
    response.once('close', () => gone.abort(new LianmaiError('NOT_FOUND')));
    const admitted = await playAdmission.admit({ app: message.params.app, name, protocol: 'flv', message, signal: gone.signal });
    const socket = startResponse(response, message.method === 'HEAD');
    if (!socket) return admitted.admission.release();
    socket.once('close', () => admitted.admission.release());
    const framing = message.httpVersion === '1.0' ? 'bytes' : 'chunk';
    const finish = () => {
      if (framing === 'chunk') socket.end(LAST_CHUNK);
      else socket.end();
    };
    play({ socket, framing, finish }, admitted);
  });
  return router;
}

/**
 * Sends the head and returns the raw socket: chunks are framed once for all players, so a response object would only add cost. Returns null
 * when no body follows.
 */
function startResponse(response: Response, isHead: boolean): Socket | null {
  response.set(FLV_HEADERS);
  if (isHead || !response.socket) {
    response.end();
    return null;
  }
  response.set('Connection', 'close').flushHeaders();
  return response.socket;
}
