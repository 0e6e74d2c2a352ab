/** The thread of one program: it waits for its job, then runs a ProgramEngine and passes messages. */
import { parentPort } from 'node:worker_threads';
import { createLog, ownThreadId, type Log } from '@lianmai/kit';
import { toLianmaiError } from '@lianmai/protocol';
import { NICENESS, setOwnNiceness } from '../runtime/index.js';
import { TagBatcher } from '../hub/stream/index.js';
import { ProgramEngine } from './ProgramEngine.js';
import type { FromThread, ThreadJob, ToThread } from './programThreadMessages.js';

const port = parentPort;
if (!port) throw new Error('this module runs as a worker thread');

const send = (message: FromThread) => port.postMessage(message);
const fail = (thrown: unknown) => {
  const error = toLianmaiError(thrown);
  send({ kind: 'failed', error: error.toWire(), cause: error.cause instanceof Error ? error.cause.message : error.message });
};
/** The main thread replaces a thread that keeps silent. */
const ALIVE_MS = 500;
const batcher = new TagBatcher((bytes) => port.postMessage(bytes, [bytes]));

async function start(job: ThreadJob, log: Log): Promise<ProgramEngine> {
  const engine = await ProgramEngine.start(job, log, {
    onTags: (tags) => batcher.add(tags),
    onLevels: (levels) => send({ kind: 'levels', levels }),
    onStats: (stats) => send({ kind: 'stats', stats }),
    onKeyFrameNeeded: (trackId) => send({ kind: 'keyFrameNeeded', trackId }),
    onBegun: (originMs) => send({ kind: 'begun', originMs }),
    onFailed: fail,
  });
  send({ kind: 'ready', rtp: engine.rtp, tid: ownThreadId() });
  setInterval(() => send({ kind: 'alive' }), ALIVE_MS).unref();
  return engine;
}

function obey(engine: ProgramEngine, log: Log, message: Exclude<ToThread, { kind: 'start' }>): void {
  switch (message.kind) {
    case 'setScene':
      send({ kind: 'sceneSet', requestId: message.requestId, ptsMs: engine.setScene(message.scene, message.sources) });
      break;
    case 'attachTrack':
      engine.attachTrack(message.track);
      break;
    case 'detachTrack':
      engine.detachTrack(message.trackId);
      break;
    case 'close':
      void close(engine, log, message.reason);
  }
}

async function close(engine: ProgramEngine, log: Log, reason: string): Promise<void> {
  await engine.close(reason).catch((error: unknown) => log.warn({ err: error }, 'not everything ended cleanly'));
  batcher.flush();
  send({ kind: 'closed' });
  port?.close();
}

/** Errors end the thread, and the main thread starts another. */
port.once('message', (first: ToThread) => {
  if (first.kind !== 'start') throw new Error(`expected a job as the first message, not "${first.kind}"`);
  setOwnNiceness(NICENESS.program);
  const log = createLog('bridge', first.job.logLevel).child({ program: first.job.programId });
  start(first.job, log).then((engine) => {
    port.on('message', (message: ToThread) => {
      if (message.kind !== 'start') obey(engine, log, message);
    });
  }, fail);
});
send({ kind: 'loaded' });
