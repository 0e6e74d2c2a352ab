import type { Route } from '../contract.js';
import { assets } from './assets.js';
import { program } from './program.js';
import { lobby } from './lobby.js';
import { recordings } from './recordings.js';
import { rooms } from './rooms.js';
import { signIn } from './signIn.js';
import { stage } from './stage.js';
import { streamOutputs } from './streamOutputs.js';
import { streams } from './streams.js';
import { tokens } from './tokens.js';
import { watch } from './watch.js';

/** All operations under /api/v1. */
export const routes: readonly Route[] = [
  ...tokens,
  ...rooms,
  ...stage,
  ...program,
  ...assets,
  ...lobby,
  ...streams,
  ...streamOutputs,
  ...recordings,
  ...watch,
  ...signIn,
];
