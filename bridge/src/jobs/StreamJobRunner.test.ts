import { createLog } from '@lianmai/kit';
import type { OutputId, RecordPattern, RecordRule, StreamJob } from '@lianmai/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { createOutputKinds } from '../egress/index.js';
import { StreamHub } from '../hub/stream/index.js';
import { readAsItIs, openGuard } from '../testing/index.js';
import { StreamJobRunner } from './index.js';

const CAM = { app: 'live', name: 'cam' };
const RULE: RecordRule = { format: 'mp4', segmentSeconds: null };
const PATTERN: RecordPattern = { app: 'live', name: '*', format: 'flv', segmentSeconds: null };
/** No server listens there, so the output only tries. */
const OUTPUT = { id: 'o1' as OutputId, request: { kind: 'rtmp', url: 'rtmp://127.0.0.1:9/app/owners-key' } };
const JOB: StreamJob = { ...CAM, source: null, outputs: [OUTPUT], record: RULE };

const runners: StreamJobRunner[] = [];
afterEach(async () => {
  await Promise.all(runners.splice(0).map((runner) => runner.close('test ends')));
});

/** Lists what runs on the streams of a hub: recordings by their rule, and outputs that have started. */
function setUp() {
  const hub = new StreamHub();
  const running = { recordings: [] as RecordRule[], outputs: new Set<string>() };
  const runner = new StreamJobRunner({
    hub,
    kinds: createOutputKinds({ guard: openGuard, insecureTls: false }),
    openReader: readAsItIs,
    createPull: () => {
      throw new Error('no pulls in these tests');
    },
    record: (_, rule) => {
      running.recordings.push(rule);
      return { close: () => undefined };
    },
    announce: (name, data) => {
      if (name === 'streamOutputChanged') running.outputs.add((data as { output: { id: string } }).output.id);
    },
    log: createLog('test', 'silent'),
  });
  runners.push(runner);
  return { hub, runner, running };
}

describe('the destinations and the recording rule of a stream', () => {
  it('run for its publisher, whichever comes first', () => {
    const before = setUp();
    before.hub.publish(CAM);
    before.runner.want({ jobs: [JOB], recordPatterns: [] });
    expect(before.running).toEqual({ recordings: [RULE], outputs: new Set(['o1']) });
    const after = setUp();
    after.runner.want({ jobs: [JOB], recordPatterns: [] });
    after.hub.publish(CAM);
    expect(after.running).toEqual({ recordings: [RULE], outputs: new Set(['o1']) });
  });

  it('never run for a room’s program that only has the name; the server’s patterns do', () => {
    for (const isFirst of [true, false]) {
      const { hub, runner, running } = setUp();
      if (isFirst) hub.publish(CAM, { runsJobs: false });
      runner.want({ jobs: [JOB], recordPatterns: [PATTERN] });
      if (!isFirst) hub.publish(CAM, { runsJobs: false });
      expect(running).toEqual({ recordings: [{ format: 'flv', segmentSeconds: null }], outputs: new Set() });
    }
  });
});
