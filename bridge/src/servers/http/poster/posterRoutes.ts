import type { Log } from '@lianmai/kit';
import { LianmaiError } from '@lianmai/protocol';
import { Router } from 'express';
import type { Ffmpeg } from '../../../media/ffmpeg/index.js';
import { clientIp, readQueryParams, type Gate } from '../../../hub/gate/index.js';
import type { StreamHub } from '../../../hub/stream/index.js';
import { POSTER_HEADERS } from '../responseHeaders.js';
import { Posters } from './Posters.js';

export interface PosterParts {
  hub: StreamHub;
  gate: Gate;
  ffmpeg: Ffmpeg;
  log: Log;
}

const NAME = /^(.+)\.jpg$/;

/**
 * `/{app}/{name}.jpg`: the current picture, at most ten seconds old, for lobbies and lists. Anyone who may watch the stream may fetch it.
 */
export function posterRoutes({ hub, gate, ffmpeg, log }: PosterParts): Router {
  const posters = new Posters(ffmpeg, log);
  const router = Router();
  router.get('/:app/:file', async (request, response, next) => {
    const name = NAME.exec(request.params.file)?.[1];
    if (name === undefined) return next();
    const ref = { app: request.params.app, name };
    const params = readQueryParams(request.url.split('?')[1] ?? '');
    const ip = clientIp(request);
    const admission = await gate.admit({ ...ref, action: 'play', protocol: 'hls', ip, params });
    admission.release();
    const stream = hub.get(ref);
    if (!stream) throw new LianmaiError('NOT_FOUND', undefined, { message: 'This stream is not live.' });
    const jpeg = await posters.get(stream, ip);
    response.set(POSTER_HEADERS).send(jpeg);
  });
  return router;
}
