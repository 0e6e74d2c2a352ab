import type { Handlers } from '../contract.js';
import { audience } from './audience.js';
import { chat } from './chat.js';
import { program } from './program.js';
import { media } from './media.js';
import { moderation } from './moderation.js';
import { join } from './join.js';
import { stage } from './stage.js';

/** One handler per request. The compiler reports a missing one. */
export const handlers: Handlers = { ...join, ...audience, ...media, ...stage, ...moderation, ...chat, ...program };
