import type { Log } from '@lianmai/kit';
import { LianmaiError } from '@lianmai/protocol';
import { Router } from 'express';
import type { Ffmpeg } from '../../../media/ffmpeg/index.js';
import { clientIp, readParams, type Gate } from '../../../hub/gate/index.js';
import type { StreamHub } from '../../../hub/stream/index.js';
import { Posters } from './Posters.js';

export interface PosterParts {
  hub: StreamHub;
  gate: Gate;
  ffmpeg: Ffmpeg;
  log: Log;
}

const NAME = /^(.+)\.jpg$/;

/** `/{app}/{name}.jpg`: what is on the air, at most ten seconds old, for lobbies and lists. Who may watch may see it. */
export function posterRoutes({ hub, gate, ffmpeg, log }: PosterParts): Router {
  const posters = new Posters(ffmpeg, log);
  const router = Router();
  router.get('/:app/:file', async (request, response, next) => {
    const name = NAME.exec(request.params.file)?.[1];
    if (name === undefined) return next();
    const id = { app: request.params.app, name };
    const params = readParams(request.url.split('?')[1] ?? '');
    const admission = await gate.admit({ ...id, action: 'play', protocol: 'hls', ip: clientIp(request), params });
    admission.release();
    const stream = hub.get(id);
    if (!stream) throw new LianmaiError('NOT_FOUND', undefined, { message: 'There is no such stream at the moment.' });
    const jpeg = await posters.get(stream);
    response.set({ 'Content-Type': 'image/jpeg', 'Cache-Control': 'public, max-age=5' }).send(jpeg);
  });
  return router;
}
