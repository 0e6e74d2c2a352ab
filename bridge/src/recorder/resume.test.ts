import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Scope } from '@lianmai/kit';
import type { RecordFormat } from '@lianmai/protocol';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { findFfmpeg, type Ffmpeg } from '../media/ffmpeg/index.js';
import type { FlvTag } from '../media/formats/index.js';
import { StreamHub } from '../hub/stream/index.js';
import { encodeFlv, LoopedBroadcast, MemoryLog, readAsItIs } from '../testing/index.js';
import { Recorder, recordingFormats } from './index.js';
import { RecordingNote } from './recordingNote.js';
import { smallDisk } from './testing/smallDisk.js';

const run = promisify(execFile);
const FORMATS: readonly RecordFormat[] = ['flv', 'mp4', 'hls'];
const STREAM = { app: 'live', name: 'room' };
/** Of what `recordUntilKilled` publishes, too. */
const SAME = { seconds: 2, gop: 60, size: '320x180', videoBitrateKbps: 300 };
const KILLED_AFTER_MS = 3400;
/** Enough for a busy machine. */
const GRACE_MS = '600000';
const START_MS = 200_000;
const TEST_MS = 600_000;
/** Written out at least this often, and what the disk then takes. */
const LOST_AT_MOST_MS = 1000;

let scope = new Scope();
let ffmpeg: Ffmpeg;
let same: FlvTag[];
beforeAll(async () => {
  ffmpeg = await findFfmpeg();
  same = await encodeFlv(SAME);
});
afterEach(async () => {
  await scope.close('test ends');
  scope = new Scope();
});

async function folder(): Promise<string> {
  const dir = await mkdtemp(path.join(tmpdir(), 'lianmai-resume-'));
  scope.defer(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** Records in every format in a process of its own, until that is killed. Returns the media time that it had published. */
async function recordUntilKilled(dir: string): Promise<number> {
  const script = fileURLToPath(new URL('testing/recordUntilKilled.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=source', '--import', 'tsx', script, dir, GRACE_MS], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  scope.defer(() => void child.kill('SIGKILL'));
  let writtenMs = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => (writtenMs = Number(text.trim().split('\n').at(-1))));
  await vi.waitFor(() => expect(writtenMs).toBeGreaterThan(KILLED_AFTER_MS), { interval: 20, timeout: START_MS });
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('close', resolve));
  return writtenMs;
}

const open = async (dir: string, formats = recordingFormats(ffmpeg)) =>
  scope.own(
    await Recorder.open({
      ...{ dir, formats, retention: { maxAgeDays: 0, maxGigabytes: 0 }, minFreeBytes: 0 },
      ...{ openReader: readAsItIs, log: new MemoryLog().log },
    }),
  );

/** Publishes one group of pictures, and ends the stream as soon as it is being recorded. */
async function recordTo(dir: string, format: RecordFormat, what: readonly FlvTag[]): Promise<Recorder> {
  const recorder = await open(dir);
  const publisher = new StreamHub().publish(STREAM);
  for (const tag of what) publisher.write(tag);
  const complete = new Promise<void>((resolve) => {
    recorder.catalogue.once('changed', () => void publisher.close('end', true));
    recorder.catalogue.on('changed', ({ state }) => state === 'complete' && resolve());
  });
  const recording = recorder.record(publisher.stream, { format, segmentSeconds: null });
  await complete;
  // The catalogue announces a state before its note is on disk.
  await recording.close('test');
  return recorder;
}

/** Decodes everything; returns complaints, the times of all pictures, and the number of sound packets. */
async function decode(file: string) {
  const { stderr } = await run('ffmpeg', ['-v', 'warning', '-i', file, '-f', 'null', '-']);
  const { stdout } = await run('ffprobe', ['-v', 'error', '-show_entries', 'packet=codec_type,dts_time', '-of', 'csv=p=0', file]);
  const packets = stdout
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  const times = (kind: string) => packets.filter(([type]) => type === kind).map(([, time]) => Number(time) * 1000);
  return { stderr, pictures: times('video'), sounds: times('audio') };
}

const backSteps = (times: readonly number[]): number => times.filter((time, index) => time < (times[index - 1] ?? 0)).length;

describe('a recording whose process was killed', { timeout: TEST_MS }, () => {
  it('goes on in every format: one recording, one file, and a noted gap', async () => {
    const dir = await folder();
    const writtenMs = await recordUntilKilled(dir);
    const killedAtMs = Date.now();
    for (const format of FORMATS) {
      const awayMs = Date.now() - killedAtMs;
      const { catalogue } = await recordTo(path.join(dir, format), format, same);
      expect(catalogue.all).toHaveLength(1);
      const [recording] = catalogue.all;
      expect(recording).toMatchObject({ format, state: 'complete', reason: null });
      const [gap, ...others] = recording!.gaps;
      expect(others).toEqual([]);
      expect(gap!.atMs).toBeGreaterThan(writtenMs - LOST_AT_MOST_MS);
      expect(gap!.atMs).toBeLessThanOrEqual(writtenMs + 100);
      expect(gap!.lengthMs).toBeGreaterThan(awayMs);
      const { stderr, pictures, sounds } = await decode(catalogue.pathOf(recording!));
      expect(stderr).toBe('');
      const before = pictures.filter((time) => time < gap!.atMs - 1);
      expect(before.length).toBeGreaterThan(((writtenMs - LOST_AT_MOST_MS) * 30) / 1000);
      expect(pictures.length - before.length).toBe(60);
      expect([backSteps(pictures), backSteps(sounds)]).toEqual([0, 0]);
      expect(sounds.length / pictures.length).toBeCloseTo(48_000 / 1024 / 30, 1);
      expect(Math.abs(recording!.durationMs - pictures.at(-1)!)).toBeLessThan(200);
      expect(recording!.durationMs).toBeGreaterThan(gap!.atMs + 1800);
    }
  });

  it('goes on again after another kill', async () => {
    const dir = await folder();
    await recordUntilKilled(dir);
    await recordUntilKilled(dir);
    for (const format of FORMATS) {
      const { catalogue } = await recordTo(path.join(dir, format), format, same);
      expect(catalogue.all).toHaveLength(1);
      expect(catalogue.all[0]!.gaps).toHaveLength(2);
      const { stderr, pictures } = await decode(catalogue.pathOf(catalogue.all[0]!));
      expect([stderr, backSteps(pictures)]).toEqual(['', 0]);
      expect(pictures.length).toBeGreaterThan(60 + (2 * (KILLED_AFTER_MS - LOST_AT_MOST_MS) * 30) / 1000);
    }
  });

  it('fails on a full disk like any other, and keeps what it has', async () => {
    const dir = await folder();
    await recordUntilKilled(dir);
    for (const format of ['flv', 'mp4'] as const) {
      const disk = smallDisk(10_000);
      const recorder = await open(path.join(dir, format), recordingFormats(ffmpeg, disk.openFile));
      const publisher = new StreamHub().publish(STREAM);
      for (const tag of same) publisher.write(tag);
      const recording = recorder.record(publisher.stream, { format, segmentSeconds: null });
      await vi.waitFor(() => expect(recorder.catalogue.all).toMatchObject([{ state: 'failed', reason: { code: 'DISK_FULL' } }]));
      await recording.close('test');
      expect([disk.opened > 0, disk.open]).toEqual([true, 0]);
      const { pictures } = await decode(recorder.catalogue.pathOf(recorder.catalogue.all[0]!));
      expect(pictures.length).toBeGreaterThan(((KILLED_AFTER_MS - LOST_AT_MOST_MS) * 30) / 1000);
    }
  });

  it('begins another file when the file cannot hold the new codec configuration, or is broken', async () => {
    const dir = await folder();
    await recordUntilKilled(dir);
    const other = await encodeFlv({ ...SAME, size: '160x90' });
    const { catalogue } = await recordTo(path.join(dir, 'mp4'), 'mp4', other);
    expect(catalogue.all.map(({ state }) => state)).toEqual(['complete', 'recording']);
    const flv = path.join(dir, 'flv');
    const { catalogue: broken } = await open(flv);
    await writeFile(broken.pathOf(broken.all[0]!), 'broken');
    const { catalogue: begun } = await recordTo(flv, 'flv', same);
    expect(begun.all.map(({ state, gaps }) => [state, gaps.length])).toEqual([
      ['complete', 0],
      ['failed', 0],
    ]);
  });

  it('is not to be continued once it has been stopped, which is noted before the file is completed', async () => {
    const dir = await folder();
    const formats = recordingFormats(ffmpeg);
    let complete = () => {};
    const released = new Promise<void>((resolve) => (complete = resolve));
    const create = async (base: string) => {
      const file = await formats.flv.create(base);
      const close = file.close.bind(file);
      return Object.assign(file, { close: () => released.then(close) });
    };
    const recorder = await open(dir, { ...formats, flv: { ...formats.flv, create } });
    const publisher = new StreamHub().publish(STREAM, { broadcastId: 'prg_1' });
    const recording = recorder.record(publisher.stream, { format: 'flv', segmentSeconds: null });
    const broadcast = new LoopedBroadcast(same, publisher);
    scope.defer(() => broadcast.stop());
    const noted = async () => {
      const file = path.join(dir, 'live', 'room', `${recorder.catalogue.all[0]!.id}.json`);
      return RecordingNote.parse(JSON.parse(await readFile(file, 'utf8')));
    };
    await vi.waitFor(async () => expect((await noted()).resumption).toMatchObject({ broadcastId: 'prg_1', segmentSeconds: null }));
    const stopped = recording.close('stopped');
    await vi.waitFor(async () => expect(await noted()).toMatchObject({ state: 'recording', resumption: null }));
    complete();
    await stopped;
    expect(await noted()).toMatchObject({ state: 'complete', resumption: null });
  });
});
