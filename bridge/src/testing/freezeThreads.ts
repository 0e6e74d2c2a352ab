import type { Worker } from 'node:worker_threads';
import { startThread } from '../runtime/index.js';

const CHANNEL = 'freeze';

/** Starts a thread as `startThread` does, but one that `freezeThreads` can reach. */
export const startFreezableThread = (name: string, importerUrl: string): Worker =>
  startThread('./freezableThread', import.meta.url, new URL(`${name}.ts`, importerUrl).href);

/** Sends all freezable threads into an endless loop. */
export function freezeThreads(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(null);
  channel.close();
}

/** To be called in the thread. */
export function listenForFreeze(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = () => {
    for (;;);
  };
  channel.unref();
}
