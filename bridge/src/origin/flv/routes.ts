import type { Log } from '@lianmai/kit';
import { LianmaiError } from '@lianmai/protocol';
import { Router } from 'express';
import type { StreamHub } from '../../stream/index.js';
import { FlvPlayback, type PlaybackOptions } from './FlvPlayback.js';

export type FlvOptions = PlaybackOptions;

const NAME = /^(.+)\.flv$/;

/** `/{app}/{name}.flv`: HTTP-FLV, as SRS serves it; but a stream that is not there is told at once. */
export function flvRoutes(hub: StreamHub, options: FlvOptions, log: Log): Router {
  const router = Router();
  router.get('/:app/:file', (request, response, next) => {
    const name = NAME.exec(request.params.file)?.[1];
    if (name === undefined) return next();
    const stream = hub.get({ app: request.params.app, name });
    if (!stream) throw new LianmaiError('NOT_FOUND', undefined, { message: 'There is no such stream at the moment.' });
    response.set({ 'Content-Type': 'video/x-flv', 'Cache-Control': 'no-store' });
    if (request.method === 'HEAD') return void response.end();
    response.flushHeaders();
    void new FlvPlayback(stream, response, options).run().catch((error: unknown) => {
      log.error({ err: error, stream: stream.key }, 'FLV playback failed');
      response.destroy();
    });
  });
  return router;
}
