import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { fairTimeout } from './fairTimeout.js';
import { readVitals } from './vitals.js';

describe('fairTimeout', () => {
  it('ends when other threads have had their time, asleep or busy', async () => {
    const workers = ['setInterval(() => undefined, 1000)', 'for (;;);'].map((code) => new Worker(code, { eval: true }));
    for (const worker of workers) {
      const { signal } = fairTimeout(500);
      await once(signal, 'abort');
      await worker.terminate();
    }
  });

  it('never ends once it is no longer needed', async () => {
    const { signal, end } = fairTimeout(100);
    end();
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(signal.aborted).toBe(false);
  });

  it.skipIf(process.platform !== 'linux')('looks at the other threads of this process, not at the one that asks', async () => {
    const worker = new Worker('for (;;);', { eval: true });
    await once(worker, 'online');
    let state = readVitals({ pid: process.pid })?.state;
    while (state !== 'runnable') {
      await new Promise((resolve) => setTimeout(resolve, 20));
      state = readVitals({ pid: process.pid })?.state;
    }
    await worker.terminate();
    while (state !== 'asleep') {
      await new Promise((resolve) => setTimeout(resolve, 20));
      state = readVitals({ pid: process.pid })?.state;
    }
  });
});
