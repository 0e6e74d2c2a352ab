/** Paints what takes too long for a program's thread: text, avatars, images. One for the whole bridge. */
import { parentPort } from 'node:worker_threads';
import { toLianmaiError } from '@lianmai/protocol';
import { loadFonts } from './fonts.js';
import type { ArtAnswer, ArtQuestion } from './messages.js';
import { paint } from './paint.js';

const port = parentPort;
if (!port) throw new Error('to be run as a thread');

const answer = (message: ArtAnswer) => port.postMessage(message);

port.on('message', ({ id, request }: ArtQuestion) => {
  paint(request).then(
    (art) => answer({ kind: 'painted', id, art }),
    (error: unknown) => answer({ kind: 'refused', id, error: toLianmaiError(error).toWire(), cause: String(error) }),
  );
});
answer({ kind: 'ready', missingFonts: loadFonts() });
