/** The thread of a program, with a way to send it into an endless loop. */
import { listenForFreeze } from './freezeThreads.js';

listenForFreeze();
await import('../programEngineThread.js');
