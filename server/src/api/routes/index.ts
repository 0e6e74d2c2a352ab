import type { Route } from '../contract.js';
import { live } from './program.js';
import { lobby } from './lobby.js';
import { recordings } from './recordings.js';
import { rooms } from './rooms.js';
import { session } from './signIn.js';
import { stage } from './stage.js';
import { streamOutputs } from './streamOutputs.js';
import { streams } from './streams.js';
import { tokens } from './tokens.js';
import { watch } from './watch.js';

/** Every operation under /api/v1. */
export const routes: readonly Route[] = [
  ...tokens,
  ...rooms,
  ...stage,
  ...live,
  ...lobby,
  ...streams,
  ...streamOutputs,
  ...recordings,
  ...watch,
  ...session,
];
