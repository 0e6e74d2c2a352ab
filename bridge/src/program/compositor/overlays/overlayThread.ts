/** Paints what would take too long in a program's thread: text, avatars, images. One for the whole bridge. */
import { parentPort } from 'node:worker_threads';
import { ownThreadId } from '@lianmai/kit';
import { toLianmaiError } from '@lianmai/protocol';
import { loadFonts } from './fonts.js';
import type { OverlayAnswer, OverlayQuestion } from './overlayThreadMessages.js';
import { drawOverlay } from './drawOverlay.js';

const port = parentPort;
if (!port) throw new Error('this module runs as a worker thread');

const answer = (message: OverlayAnswer) => port.postMessage(message);

port.on('message', ({ id, request }: OverlayQuestion) => {
  drawOverlay(request).then(
    (overlay) => answer({ kind: 'painted', id, overlay }),
    (error: unknown) => answer({ kind: 'refused', id, error: toLianmaiError(error).toWire(), cause: String(error) }),
  );
});
answer({ kind: 'ready', missingFonts: loadFonts(), tid: ownThreadId() });
