import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Scope, Secret } from '@lianmai/kit';
import { toLianmaiError, type Recording, type RecordFormat, type RecordRule } from '@lianmai/protocol';
import express, { type NextFunction, type Request, type Response } from 'express';
import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { findFfmpeg, type Ffmpeg } from '../media/ffmpeg/index.js';
import type { FlvTag } from '../media/formats/index.js';
import { requireServer } from '../servers/http/index.js';
import { StreamHub } from '../hub/stream/index.js';
import { encodeFlv, LoopedBroadcast, MemoryLog, readAsItIs } from '../testing/index.js';
import type { OpenFile } from './DiskFile.js';
import { GapMeter } from './GapMeter.js';
import { Catalogue, Recorder, recordingFormats, recordingRoutes, type RecorderOptions } from './index.js';
import { expired } from './retention.js';
import { smallDisk } from './testing/smallDisk.js';

const run = promisify(execFile);
let scope = new Scope();
let ffmpeg: Ffmpeg;
let tags: FlvTag[];
const FORMATS: readonly RecordFormat[] = ['flv', 'mp4', 'hls'];

beforeAll(async () => {
  ffmpeg = await findFfmpeg();
  tags = await encodeFlv({ seconds: 4, gop: 30, bFrames: 2, size: '320x180', videoBitrateKbps: 300 });
});
afterEach(async () => {
  await scope.close('test ends');
  scope = new Scope();
});

async function folder(): Promise<string> {
  const dir = await mkdtemp(path.join(tmpdir(), 'lianmai-record-'));
  scope.defer(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

async function openRecorder(options: Partial<RecorderOptions> & { openFile?: OpenFile } = {}) {
  const dir = options.dir ?? (await folder());
  const log = new MemoryLog();
  const recorder = await Recorder.open({
    dir,
    formats: recordingFormats(ffmpeg, options.openFile),
    retention: { maxAgeDays: 0, maxGigabytes: 0 },
    minFreeBytes: 0,
    log: log.log,
    openReader: readAsItIs,
    ...options,
  });
  scope.own(recorder);
  const seen: Recording[] = [];
  recorder.catalogue.on('changed', (recording) => seen.push(recording));
  return { dir, recorder, log, seen };
}

/** The catalogue after a restart, once all repairs are done. */
async function recovered(dir: string): Promise<Catalogue> {
  const catalogue = await Catalogue.open(dir, recordingFormats(ffmpeg), 0);
  await catalogue.repairTorn(new AbortController().signal, (error) => expect.fail(String(error)));
  return catalogue;
}

/** Publishes `what` at once, ends the stream and returns the result. */
async function record(rule: RecordRule, what: readonly FlvTag[], options: Parameters<typeof openRecorder>[0] = {}) {
  const opened = await openRecorder(options);
  const publisher = new StreamHub().publish({ app: 'live', name: 'room' });
  for (const tag of what.slice(0, 4)) publisher.write(tag);
  const recording = opened.recorder.record(publisher.stream, rule);
  await Promise.resolve();
  for (const tag of what.slice(4)) publisher.write(tag);
  void publisher.close('end', true);
  await vi.waitFor(() => expect(opened.recorder.catalogue.all[0]?.state).toMatch(/complete|failed/));
  // The catalogue announces a state before its note is on disk.
  await recording.close('test');
  return opened;
}

const probe = async (file: string) => {
  const { stdout, stderr } = await run('ffprobe', ['-v', 'warning', '-count_packets', '-show_entries', 'stream=codec_name,nb_read_packets:format=duration', '-of', 'json', file]); // prettier-ignore
  const { streams, format } = JSON.parse(stdout) as {
    streams: { codec_name: string; nb_read_packets: string }[];
    format: { duration: string };
  };
  return {
    stderr,
    packets: Object.fromEntries(streams.map((one) => [one.codec_name, Number(one.nb_read_packets)])),
    seconds: Number(format.duration),
  };
};

describe('Recorder', () => {
  it.each(FORMATS)('records every frame as %s, without a complaint from ffprobe', async (format) => {
    const { recorder } = await record({ format, segmentSeconds: null }, tags);
    const recording = recorder.catalogue.all[0]!;
    expect(recording).toMatchObject({ state: 'complete', format, gaps: [], reason: null });
    const { stderr, packets, seconds } = await probe(recorder.catalogue.pathOf(recording));
    expect([stderr, packets['h264']]).toEqual(['', 120]);
    expect(packets['aac']).toBeGreaterThan(185);
    expect(Math.abs(seconds - 4)).toBeLessThan(0.15);
    expect(Math.abs(recording.durationMs - 4000)).toBeLessThan(150);
  });

  it('makes MP4 progressive: the index comes first, and no fragment is left', async () => {
    const { recorder } = await record({ format: 'mp4', segmentSeconds: null }, tags);
    const bytes = await readFile(recorder.catalogue.pathOf(recorder.catalogue.all[0]!));
    expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'));
    expect(bytes.includes('moof')).toBe(false);
    expect(recorder.catalogue.all[0]?.bytes).toBe(bytes.length);
  });

  it('begins a new file at a key frame when the length or the codec requires it, and loses nothing in between', async () => {
    const other = await encodeFlv({ seconds: 2, gop: 30, size: '160x90', videoBitrateKbps: 200 });
    const long = Array.from({ length: 4 }, (_, loop) => tags.map((tag) => ({ ...tag, dtsMs: tag.dtsMs + loop * 4000 }))).flat();
    const { recorder } = await record({ format: 'mp4', segmentSeconds: 10 }, [
      ...long,
      ...other.map((tag) => ({ ...tag, dtsMs: tag.dtsMs + 16_000 })),
    ]);
    const files = recorder.catalogue.all.toReversed();
    const counts = await Promise.all(files.map(async (one) => (await probe(recorder.catalogue.pathOf(one))).packets['h264']));
    expect(counts).toEqual([300, 180, 60]);
  });

  it('loses at most a second to SIGKILL in every format, and repairs the file at the next start', async () => {
    const dir = await folder();
    const script = fileURLToPath(new URL('testing/recordUntilKilled.ts', import.meta.url));
    const child = spawn(process.execPath, ['--conditions=source', '--import', 'tsx', script, dir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let writtenMs = 0;
    child.stdout.setEncoding('utf8').on('data', (text: string) => (writtenMs = Number(text.trim().split('\n').at(-1))));
    await vi.waitFor(() => expect(writtenMs).toBeGreaterThan(3400), { interval: 20 });
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    for (const format of FORMATS) {
      const catalogue = await recovered(path.join(dir, format));
      const recording = catalogue.all[0]!;
      expect(recording).toMatchObject({ format, state: 'complete' });
      const { stderr, packets, seconds } = await probe(catalogue.pathOf(recording));
      expect(stderr).toBe('');
      expect(seconds * 1000).toBeGreaterThan(writtenMs - 1000);
      expect((packets['h264'] ?? 0) / 30).toBeGreaterThan((writtenMs - 1000) / 1000);
      expect(Math.abs(recording.durationMs - seconds * 1000)).toBeLessThan(200);
    }
  });

  it('continues with the next file while the previous one is being completed', async () => {
    let complete = () => {};
    const released = new Promise<void>((resolve) => (complete = resolve));
    const formats = recordingFormats(ffmpeg);
    const create = async (base: string) => {
      const file = await formats.flv.create(base);
      const close = file.close.bind(file);
      return Object.assign(file, { close: () => released.then(close) });
    };
    const { recorder } = await openRecorder({ formats: { ...formats, flv: { ...formats.flv, create } } });
    const publisher = new StreamHub().publish({ app: 'live', name: 'room' });
    const long = Array.from({ length: 3 }, (_, loop) => tags.map((tag) => ({ ...tag, dtsMs: tag.dtsMs + loop * 4000 }))).flat();
    for (const tag of long.slice(0, 4)) publisher.write(tag);
    recorder.record(publisher.stream, { format: 'flv', segmentSeconds: 6 });
    await Promise.resolve();
    for (const tag of long.slice(4)) publisher.write(tag);
    const states = () => recorder.catalogue.all.map(({ state }) => state);
    await vi.waitFor(() => expect(states()).toEqual(['recording', 'recording']));
    complete();
    void publisher.close('end', true);
    await vi.waitFor(() => expect(states()).toEqual(['complete', 'complete']));
  });

  it('stops with an error on a full disk, keeps what was written, and never disturbs the stream', async () => {
    const { recorder, log, seen } = await openRecorder({ openFile: smallDisk(60_000).openFile });
    const publisher = new StreamHub().publish({ app: 'live', name: 'room' });
    const recording = recorder.record(publisher.stream, { format: 'mp4', segmentSeconds: null });
    const broadcast = new LoopedBroadcast(tags, publisher);
    scope.defer(() => broadcast.stop());
    await vi.waitFor(() => expect(seen.at(-1)).toMatchObject({ state: 'failed', reason: { code: 'DISK_FULL' } }));
    expect(log.text).toContain('recording stopped: The disk is full');
    expect(publisher.stream.isEnded).toBe(false);
    const { packets } = await probe(recorder.catalogue.pathOf(seen.at(-1)!));
    expect(packets['h264']).toBeGreaterThan(10);
    await recording.close('test');
  });

  it.each(['mp4', 'flv', 'hls'] as const)('leaves no file open on a full disk, as %s', async (format) => {
    for (const bytes of [0, 1, 60_000]) {
      const disk = smallDisk(bytes);
      const { recorder, log } = await openRecorder({ openFile: disk.openFile });
      const publisher = new StreamHub().publish({ app: 'live', name: 'room' });
      const recording = recorder.record(publisher.stream, { format, segmentSeconds: null });
      const broadcast = new LoopedBroadcast(tags, publisher);
      await vi.waitFor(() => expect(log.text).toContain('recording stopped: The disk is full'));
      broadcast.stop();
      await recording.close('test');
      expect([bytes, disk.opened > 0, disk.open]).toEqual([bytes, true, 0]);
    }
  });

  it('does not start while less than the reserve is free', async () => {
    const { recorder, log } = await openRecorder({ minFreeBytes: Number.MAX_SAFE_INTEGER });
    const publisher = new StreamHub().publish({ app: 'live', name: 'room' });
    for (const tag of tags) publisher.write(tag);
    const recording = recorder.record(publisher.stream, { format: 'flv', segmentSeconds: null });
    await vi.waitFor(() => expect(log.text).toContain('The disk is full'));
    await recording.close('test');
    expect(recorder.catalogue.all).toEqual([]);
  });
});

describe('GapMeter', () => {
  const tag = (dtsMs: number) => ({ ...tags.find((one) => one.isKeyFrame)!, dtsMs });
  it('reports a publisher that was away, and media that leaps', () => {
    const meter = new GapMeter();
    meter.see([tag(5000), tag(5040)], 100_000);
    meter.see([tag(5080)], 100_040);
    meter.see([tag(5120)], 108_080);
    meter.see([tag(5160), tag(9160)], 112_120);
    expect(meter.gaps).toEqual([
      { atMs: 80, lengthMs: 8000 },
      { atMs: 160, lengthMs: 4000 },
    ]);
  });

  it('reports no gap for a start with a whole group of pictures, nor for slow drift', () => {
    const meter = new GapMeter();
    for (let second = 0; second < 600; second++) meter.see([tag(second * 999)], 50_000 + second * 1000);
    expect(meter.gaps).toEqual([]);
  });
});

describe('retention', () => {
  const one = (id: string, ageDays: number, bytes: number, state: Recording['state'] = 'complete'): Recording => ({
    ...{ id, app: 'live', name: 'room', format: 'mp4', state, reason: null, gaps: [], durationMs: 0, bytes },
    startedAtMs: 1e12 - ageDays * 86_400_000,
  });

  it('deletes recordings that are too old, then the oldest until the rest fits; never one in progress', () => {
    const all = [one('now', 0, 5e9, 'recording'), one('a', 1, 3e9), one('b', 2, 3e9), one('c', 9, 1)];
    const ids = (maxAgeDays: number, maxGigabytes: number) => expired(all, { maxAgeDays, maxGigabytes }, 1e12).map(({ id }) => id);
    expect([ids(0, 0), ids(7, 0), ids(0, 9), ids(0, 1)]).toEqual([[], ['c'], ['b', 'c'], ['a', 'b', 'c']]);
  });

  it('never leaves more than the limit', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(4e9), { maxLength: 30 }), fc.integer({ min: 1, max: 20 }), (sizes, limit) => {
        const all = sizes.map((bytes, index) => one(String(index), index, bytes));
        const gone = new Set(expired(all, { maxAgeDays: 0, maxGigabytes: limit }, 1e12));
        const left = all.filter((recording) => !gone.has(recording)).reduce((sum, { bytes }) => sum + bytes, 0);
        expect(left).toBeLessThanOrEqual(limit * 1e9);
      }),
    );
  });

  it('deletes the files as well', async () => {
    const { recorder, dir } = await record({ format: 'hls', segmentSeconds: null }, tags, {
      retention: { maxAgeDays: 1, maxGigabytes: 0 },
    });
    await recorder.cleanUp(Date.now() + 2 * 86_400_000);
    expect(recorder.catalogue.all).toEqual([]);
    expect(await readdir(path.join(dir, 'live', 'room'))).toEqual([]);
  });
});

describe('Catalogue', () => {
  it('is complete after a restart, and leaves foreign files alone', async () => {
    const { recorder, dir } = await record({ format: 'flv', segmentSeconds: null }, tags);
    await writeFile(path.join(dir, 'live', 'room', 'note.json'), '{"id":"x"}');
    await writeFile(path.join(dir, 'other.json'), 'not json');
    const again = await Catalogue.open(dir, recordingFormats(ffmpeg));
    expect(again.all).toEqual(recorder.catalogue.all);
    expect(again.list({ app: 'live', name: 'none', limit: 10 })).toEqual([]);
    expect(again.list({ app: 'live', limit: 10, beforeMs: 1 })).toEqual([]);
  });

  it.each(FORMATS)('recognises a %s file that was complete although the process ended before saying so', async (format) => {
    const { recorder, dir } = await record({ format, segmentSeconds: null }, tags);
    const complete = recorder.catalogue.all[0]!;
    const note = path.join(dir, 'live', 'room', `${complete.id}.json`);
    await writeFile(note, JSON.stringify({ ...complete, state: 'recording', bytes: 0, durationMs: 0 }));
    const found = (await recovered(dir)).all[0]!;
    expect(found).toMatchObject({ id: complete.id, state: 'complete', bytes: complete.bytes });
    expect(Math.abs(found.durationMs - complete.durationMs)).toBeLessThan(150);
  });

  it('leaves alone what another process is recording into the same folder', async () => {
    const { recorder, dir } = await record({ format: 'flv', segmentSeconds: null }, tags);
    const alive = { ...recorder.catalogue.all[0]!, state: 'recording' };
    const note = path.join(dir, 'live', 'room', `${alive.id}.json`);
    const keep = () => {
      writeFileSync(`${note}.new`, JSON.stringify(alive));
      renameSync(`${note}.new`, note);
    };
    keep();
    const writing = setInterval(keep, 20);
    scope.defer(() => clearInterval(writing));
    const catalogue = await Catalogue.open(dir, recordingFormats(ffmpeg), 1000);
    await catalogue.repairTorn(new AbortController().signal, (error) => expect.fail(String(error)));
    expect(catalogue.all).toMatchObject([{ state: 'recording' }]);
  });

  it('keeps touching the metadata of a recording whose stream is silent, so that others know it is alive', async () => {
    const { recorder, dir } = await openRecorder();
    const publisher = new StreamHub().publish({ app: 'live', name: 'room' });
    for (const tag of tags.slice(0, 60)) publisher.write(tag);
    const recording = recorder.record(publisher.stream, { format: 'flv', segmentSeconds: null });
    const note = () => path.join(dir, 'live', 'room', `${recorder.catalogue.all[0]?.id}.json`);
    await vi.waitFor(() => stat(note()));
    const written = await readFile(note(), 'utf8');
    await utimes(note(), 0, 0);
    await vi.waitFor(async () => expect((await stat(note())).mtimeMs).toBeGreaterThan(0));
    // It was touched, not written: no media came that would be announced.
    expect(await readFile(note(), 'utf8')).toBe(written);
    await recording.close('test');
    await utimes(note(), 0, 0);
    await recorder.catalogue.touchLiving();
    expect((await stat(note())).mtimeMs).toBe(0);
  });

  it('does not delay a start for what a crash left behind', async () => {
    const { recorder, dir } = await record({ format: 'flv', segmentSeconds: null }, tags);
    const torn = { ...recorder.catalogue.all[0]!, state: 'recording' };
    const note = path.join(dir, 'live', 'room', `${torn.id}.json`);
    await writeFile(note, JSON.stringify(torn));
    await utimes(note, 0, 0);
    const formats = recordingFormats(ffmpeg);
    let giveUp = () => {};
    const given = new Promise<null>((resolve) => (giveUp = () => resolve(null)));
    const slow = { ...formats, flv: { ...formats.flv, repair: () => given } };
    const again = await openRecorder({ dir, formats: slow });
    expect(again.recorder.catalogue.all).toMatchObject([{ state: 'recording' }]);
    giveUp();
    await vi.waitFor(() => expect(again.recorder.catalogue.all).toMatchObject([{ state: 'failed' }]));
  });

  it('pages quickly through tens of thousands of recordings, newest first', async () => {
    const catalogue = await Catalogue.open(await folder(), recordingFormats(ffmpeg));
    const all = Array.from({ length: 300 }, (_, index): Recording => ({
      ...{ id: `r${(index * 7919) % 300}`, app: 'live', name: index % 2 ? 'a' : 'b', format: 'flv', state: 'complete', reason: null },
      ...{ startedAtMs: ((index * 7919) % 300) + 1, durationMs: 1, bytes: 1, gaps: [] },
    }));
    for (const one of all) await catalogue.place(one, 0).then(() => catalogue.keep(one));
    for (const one of all.slice(0, 20)) await catalogue.keep({ ...one, bytes: 2 });
    for (const one of all.slice(280)) await catalogue.delete(one);
    const wanted = all.slice(0, 280).map((one, index) => (index < 20 ? { ...one, bytes: 2 } : one)).sort((a, b) => b.startedAtMs - a.startedAtMs); // prettier-ignore
    expect(catalogue.all).toEqual(wanted);
    expect(catalogue.list({ name: 'a', beforeMs: 200, limit: 5 })).toEqual(wanted.filter(({ name, startedAtMs }) => name === 'a' && startedAtMs < 200).slice(0, 5)); // prettier-ignore
  });

  it('serves files with ranges to clients with the secret, and nothing else of the disk', async () => {
    const { recorder } = await record({ format: 'hls', segmentSeconds: null }, tags);
    const app = express().use(recordingRoutes(recorder.catalogue, requireServer(new Secret('s3cret'))));
    app.use((thrown: unknown, _request: Request, response: Response, _next: NextFunction) => {
      response.status(toLianmaiError(thrown).status).end();
    });
    const server = createServer(app).listen(0, '127.0.0.1');
    scope.defer(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/recordings`;
    const get = (file: string, headers: Record<string, string> = { authorization: 'Bearer s3cret' }) =>
      fetch(`${base}/${file}`, { headers });
    const { id } = recorder.catalogue.all[0]!;
    expect(await (await get(`${id}/index.m3u8`)).text()).toContain('#EXT-X-ENDLIST');
    const range = await get(`${id}/1.m4s`, { authorization: 'Bearer s3cret', range: 'bytes=0-9' });
    expect([range.status, (await range.arrayBuffer()).byteLength]).toEqual([206, 10]);
    expect((await get(`${id}/index.m3u8`, {})).status).toBe(401);
    const others = [`${id}/..%2f..%2f..%2fother.json`, `${id}/2000.m4s`, `none/index.m3u8`, `${id}/index.m3u8.json`, `${id}.json/x`];
    for (const file of others) expect([file, (await get(file)).status]).toEqual([file, 404]);
    expect((await stat(recorder.catalogue.pathOf(recorder.catalogue.all[0]!))).isFile()).toBe(true);
  });
});
