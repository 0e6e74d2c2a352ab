/** The SRT thread. A separate event loop, because anything that blocks it delays ACKs, loss reports and deliveries. */
import { parentPort } from 'node:worker_threads';
import { createLog } from '@lianmai/kit';
import type { FromSrtThread, SrtThreadJob, ToSrtThread } from './srtThreadMessages.js';
import { SrtServer } from './SrtServer.js';

const port = parentPort;
if (!port) throw new Error('this module must run as a worker thread');

const post = (message: FromSrtThread, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);

async function run(job: SrtThreadJob): Promise<void> {
  const log = createLog('bridge', job.logLevel).child({ part: 'srt' });
  const server = await SrtServer.open(job, log, post);
  port?.on('message', (message: ToSrtThread) => {
    if (message.kind === 'close') {
      void server.close().then(() => {
        post({ kind: 'closed' });
        port.close();
      });
    } else if (message.kind !== 'start') server.handleMessage(message);
  });
}

port.once('message', (message: ToSrtThread) => {
  if (message.kind !== 'start') throw new Error(`expected a "start" message first, got "${message.kind}"`);
  run(message.job).catch((error: unknown) => {
    const { code = '', message: why } = error as NodeJS.ErrnoException;
    post({ kind: 'failed', code, message: why });
  });
});
post({ kind: 'loaded' });
