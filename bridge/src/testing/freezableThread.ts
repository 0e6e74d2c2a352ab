/** Runs the module whose URL it is given, with a way to send it into an endless loop. */
import { workerData } from 'node:worker_threads';
import { listenForFreeze } from './freezeThreads.js';

listenForFreeze();
await import(workerData as string);
