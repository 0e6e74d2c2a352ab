/** The thread of one program: runs an Engine and passes messages. */
import { parentPort, workerData } from 'node:worker_threads';
import { createLog } from '@lianmai/kit';
import { toLianmaiError } from '@lianmai/protocol';
import type { MediaTag } from '../stream/index.js';
import { Engine } from './Engine.js';
import { packTags, type FromThread, type ThreadJob, type ToThread } from './messages.js';

const port = parentPort;
if (!port) throw new Error('to be run as a thread');

// Given by ProgramThread alone.
const job = workerData as ThreadJob;
const log = createLog('bridge', job.logLevel).child({ program: job.programId });
const send = (message: FromThread, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);
const fail = (thrown: unknown) => {
  const error = toLianmaiError(thrown);
  send({ kind: 'failed', error: error.toWire(), cause: error.cause instanceof Error ? error.cause.message : error.message });
};

/** A message each picture: sound waits for it, at most 33 ms. */
let waiting: MediaTag[] = [];
function sendTags(tags: MediaTag[]): void {
  waiting.push(...tags);
  if (!tags.some((tag) => tag.kind === 'video')) return;
  flushTags();
}
function flushTags(): void {
  if (waiting.length === 0) return;
  const batch = packTags(waiting);
  waiting = [];
  send({ kind: 'tags', batch }, [batch.bytes]);
}

async function run(): Promise<void> {
  const engine = await Engine.start(job, log, {
    onTags: sendTags,
    onLevels: (levels) => send({ kind: 'levels', levels }),
    onStats: (stats) => send({ kind: 'stats', stats }),
    onKeyFrameNeeded: (trackId) => send({ kind: 'keyFrameNeeded', trackId }),
    onFailed: fail,
  });
  port?.on('message', (message: ToThread) => {
    switch (message.kind) {
      case 'show':
        return send({ kind: 'shown', requestId: message.requestId, ptsMs: engine.show(message.picture, message.sources) });
      case 'attachTrack':
        return engine.attachTrack(message.track);
      case 'detachTrack':
        return engine.detachTrack(message.trackId);
      case 'close':
        return void close(engine, message.reason);
    }
  });
  send({ kind: 'ready', rtp: engine.rtp });
}

async function close(engine: Engine, reason: string): Promise<void> {
  await engine.close(reason).catch((error: unknown) => log.warn({ err: error }, 'not everything ended cleanly'));
  flushTags();
  send({ kind: 'closed' });
  port?.close();
}

run().catch(fail);
