import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Scope } from '@lianmai/kit';
import { StreamHub } from '../../hub/stream/index.js';
import type { startThread } from '../../runtime/index.js';
import { freezeThreads, MemoryLog, openGate } from '../../testing/index.js';
import { SrtServerHost } from './index.js';

vi.mock('../../runtime/thread.js', async (load) => {
  const { startThread } = await load<{ startThread: StartThread }>();
  const start: StartThread = (name, importerUrl) =>
    startThread('../../testing/freezableThread', import.meta.url, new URL(`${name}.ts`, importerUrl).href);
  return { startThread: start };
});

type StartThread = typeof startThread;
/** An endless loop is found by the CPU it uses, which takes long on a busy machine. */
const BUSY_LOOP_MS = 400_000;
const scope = new Scope();
afterEach(() => scope.close('test ends'));

describe('an SRT thread that freezes', () => {
  it(
    'is replaced on the same port',
    async () => {
      const threads: Worker[] = [];
      const note = (worker: Worker) => threads.push(worker);
      process.on('worker', note);
      scope.defer(() => void process.off('worker', note));
      const memory = new MemoryLog();
      const options = { hub: new StreamHub(), gate: openGate(), port: 0, host: '127.0.0.1', latencyMs: 120, log: memory.log } as const;
      const server = scope.own(await SrtServerHost.open({ ...options, logLevel: 'silent' }));
      const { port } = server;
      freezeThreads();
      await once(threads[0]!, 'exit');
      const starts = () => memory.lines.filter((line) => line.includes('SRT is listening') && line.includes(`port: ${port},`));
      await vi.waitFor(() => expect(starts()).toHaveLength(2));
      expect(threads).toHaveLength(2);
      expect(memory.text).toContain('the SRT thread hangs');
    },
    BUSY_LOOP_MS,
  );
});
