import path from 'node:path';
import { LianmaiError } from '@lianmai/protocol';
import { Router, type RequestHandler } from 'express';
import type { Catalogue } from './Catalogue.js';

const PART = /^(?:\d{1,9}\.m4s|init\.mp4)$/;

/**
 * `/recordings/{id}/{file}` for requests that pass `guard`, with byte ranges so that players can seek. Nothing of the URL reaches the disk except a known id
 * and a number.
 */
export function recordingRoutes(catalogue: Catalogue, guard: RequestHandler): Router {
  const router = Router();
  router.use('/recordings', guard);
  router.get('/recordings/:id/:file', (request, response, next) => {
    const recording = catalogue.get(request.params.id);
    const main = recording && catalogue.pathOf(recording);
    const { file } = request.params;
    if (!main || !recording) throw new LianmaiError('NOT_FOUND', undefined, { message: 'There is no such recording.' });
    const isPart = recording.format === 'hls' && PART.test(file);
    if (!isPart && file !== path.basename(main)) throw new LianmaiError('NOT_FOUND', undefined, { message: 'There is no such recording.' });
    const options = { dotfiles: 'allow' as const, cacheControl: false, headers: { 'Cache-Control': 'private, max-age=60' } };
    response.sendFile(isPart ? path.join(path.dirname(main), file) : main, options, (error: unknown) => {
      if (error && !response.headersSent)
        next(new LianmaiError('NOT_FOUND', undefined, { message: 'The file of this recording is gone.' }));
    });
  });
  return router;
}
