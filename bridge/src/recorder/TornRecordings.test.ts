import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { ownerOf } from './owner.js';
import type { RecordingNote, Resumption } from './recordingNote.js';
import { TornRecordings, type Continuation } from './TornRecordings.js';

const QUIET_MS = 16_000;
const GRACE_MS = 10_000;
const STREAM: Continuation = {
  ...{ app: 'live', name: 'cam', format: 'mp4', segmentSeconds: null, broadcastId: 'prg_1', configs: 'abc' },
};

const note = (change: Partial<RecordingNote> = {}, resumption: Partial<Resumption> = {}): RecordingNote => ({
  ...{
    id: 'r1',
    app: 'live',
    name: 'cam',
    format: 'mp4',
    state: 'recording',
    reason: null,
    startedAtMs: 1,
    durationMs: 1,
    bytes: 1,
    gaps: [],
  },
  resumption: { owner: 'elsewhere 1 1', graceMs: GRACE_MS, broadcastId: 'prg_1', segmentSeconds: null, configs: 'abc', ...resumption },
  ...change,
});

/** Torn recordings whose notes were touched so long ago. */
const torn = (agoMs: number, ...notes: RecordingNote[]) => new TornRecordings(notes, QUIET_MS, () => Promise.resolve(Date.now() - agoMs));

const deadOwner = async (): Promise<string> => {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()']);
  await once(child, 'spawn');
  const owner = ownerOf(child.pid);
  child.kill('SIGKILL');
  await once(child, 'close');
  return owner;
};

describe('a recording that a dead process has left', () => {
  it('is taken by its stream, once, as soon as its process is known to be dead', async () => {
    const all = torn(0, note({ id: 'newest' }, { owner: await deadOwner() }), note({}, { owner: await deadOwner() }));
    expect((await all.take(STREAM))?.id).toBe('newest');
    expect((await all.take(STREAM))?.id).toBe('r1');
    expect(await all.take(STREAM)).toBeNull();
  });

  it('belongs to its process while that may live: on this host, or touched lately on another', async () => {
    expect(await torn(0, note({}, { owner: ownerOf() })).take(STREAM)).toBeNull();
    expect(await torn(QUIET_MS - 5000, note()).take(STREAM)).toBeNull();
    expect(await torn(QUIET_MS + 100, note()).take(STREAM)).not.toBeNull();
  });

  it.each<[string, Partial<Continuation>]>([
    ['another stream', { name: 'other' }],
    ['another program under the same name', { broadcastId: 'prg_2' }],
    ['a publisher under the name of a program', { broadcastId: null }],
    ['another format', { format: 'flv' }],
    ['another rule', { segmentSeconds: 60 }],
    ['another codec configuration', { configs: 'xyz' }],
  ])('is not taken for %s', async (_what, change) => {
    expect(await torn(0, note({}, { owner: await deadOwner() })).take({ ...STREAM, ...change })).toBeNull();
  });

  it('is not taken when it had been stopped, nor when its stream comes back too late', async () => {
    expect(await torn(0, note({ resumption: null })).take(STREAM)).toBeNull();
    const owner = await deadOwner();
    expect(await torn(QUIET_MS + GRACE_MS + 100, note({}, { owner })).take(STREAM)).toBeNull();
    expect(await torn(QUIET_MS + GRACE_MS - 5000, note({}, { owner })).take(STREAM)).not.toBeNull();
  });

  it('waits for its stream before it is repaired, and is not repaired when that has come', async () => {
    const [late, soon, old] = [note({ id: 'late' }, { graceMs: 600_000 }), note({ id: 'soon' }, { graceMs: 1000 }), note({ id: 'old' })];
    const ages = new Map([
      ['late', 0],
      ['soon', 700],
      ['old', 60_000],
    ]);
    const startedAtMs = Date.now();
    const all = new TornRecordings([late, soon, old], 0, ({ id }) => Promise.resolve(startedAtMs - (ages.get(id) ?? 0)));
    const repaired: string[] = [];
    const stop = new AbortController();
    const repairing = all.repairAll(stop.signal, ({ id }) => {
      repaired.push(id);
      if (id === 'soon') stop.abort();
      return Promise.resolve();
    });
    await repairing;
    expect(repaired).toEqual(['old', 'soon']);
    expect((await all.take(STREAM))?.id).toBe('late');
  });
});
