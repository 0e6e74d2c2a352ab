import type { Handlers } from '../contract.js';
import { chat } from './chat.js';
import { live } from './program.js';
import { media } from './media.js';
import { moderation } from './moderation.js';
import { session } from './join.js';
import { stage } from './stage.js';

/** One handler for each request of the contract: a missing one does not compile. */
export const handlers: Handlers = { ...session, ...media, ...stage, ...moderation, ...chat, ...live };
