import { execFile } from 'node:child_process';
import { readFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Scope } from '@lianmai/kit';
import { findFfmpeg, type Ffmpeg } from '../../media/ffmpeg/index.js';
import { decodeAmf, encodeAmf, makeMediaTag, makeTag, parseAvcConfig, readFlvBody, TsDemuxer, TsMuxer } from '../../media/formats/index.js';
import { StreamHub, type MediaTag, type Reader, type Stream } from '../stream/index.js';
import { LoopedBroadcast, MemoryLog } from '../../testing/index.js';
import { FLV, HLS, Renditions, WEBRTC, type AcceptedCodecs } from './index.js';

const run = promisify(execFile);
const never = new AbortController().signal;
const NONE = { renditions: 0, conversions: 0 };
const READER = { name: 'test', maxQueueBytes: 1 << 24, maxQueueMs: 20_000, startWithGop: true };
const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '30', '-pix_fmt', 'yuv420p'];
const HEVC = ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none:keyint=30:vui-timing-info=0', '-c:a', 'libopus'];
/** A 50 ms beep every half second, whose start can be located to the sample. */
const BEEPS = "aevalsrc='sin(2*PI*1000*t)*lt(mod(t,0.5),0.05)*gt(t,0.2)'";
const fixtures = {
  plain: ['-bf', '0', '-c:a', 'aac'],
  bFrames: ['-bf', '2', '-c:a', 'aac'],
  opus: ['-bf', '0', '-c:a', 'libopus'],
  hevc: HEVC,
};

let folder: string;
let ffmpeg: Ffmpeg;
const media: Record<string, MediaTag[]> = {};
let scope = new Scope();

async function encode(name: string, codecs: readonly string[], rate: number): Promise<void> {
  const path = join(folder, `${name}.ts`);
  const inputs = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=30', '-f', 'lavfi', '-i', `${BEEPS}:s=${rate}`];
  await run('ffmpeg', [
    '-v',
    'error',
    '-nostdin',
    ...inputs,
    ...(codecs.includes('libx265') ? [] : X264),
    ...codecs,
    '-ac',
    '2',
    '-t',
    '3',
    '-f',
    'mpegts',
    path,
  ]);
  const demuxer = new TsDemuxer();
  media[name] = [...demuxer.push(await readFile(path)), ...demuxer.flush()].sort((a, b) => a.dtsMs - b.dtsMs);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'renditions-'));
  ffmpeg = await findFfmpeg();
  await encode('plain', fixtures.plain, 44_100);
  await encode('bFrames', fixtures.bFrames, 48_000);
  await encode('opus', fixtures.opus, 48_000);
  await encode('hevc', fixtures.hevc, 48_000);
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(async () => {
  await scope.close('test ends');
  scope = new Scope();
});

const open = (lingerMs = 200) => {
  const renditions = scope.own(new Renditions({ ffmpeg, log: new MemoryLog().log, lingerMs }));
  const publisher = new StreamHub().publish({ app: 'live', name: 'test' });
  return { renditions, publisher, source: publisher.stream };
};

/** Maximum audio that a transcoder may hold back, ms. */
const MOST_HELD_MS = 150;

interface Played {
  source: MediaTag[];
  made: MediaTag[];
  renditions: Renditions;
}

/** Plays a fixture in real time, with whole-ms timestamps like RTMP, and returns what this kind of reader gets. */
async function play(name: string, accepts: AcceptedCodecs): Promise<Played> {
  const { renditions, publisher, source } = open();
  const sent: MediaTag[] = [];
  const write = (tag: MediaTag) => {
    sent.push(tag);
    publisher.write(tag);
  };
  const tags = media[name] ?? [];
  const broadcast = { write, close: () => undefined };
  const loop = new LoopedBroadcast(
    tags.map((tag) => ({ ...tag, dtsMs: tag.isConfig ? 0 : Math.floor(tag.dtsMs - 1300) })),
    broadcast,
  );
  await vi.waitFor(() => expect(source.preamble.audio && source.gop.length > 12).toBeTruthy());
  const reader = renditions.open(source, accepts).createReader(READER);
  const made: MediaTag[] = [];
  await readUntil(reader, made, () => (made.at(-1)?.dtsMs ?? 0) >= 2900);
  loop.stop();
  // Everything must come out without further input to push it.
  await readUntil(reader, made, () => lastSoundMs(made) > lastSoundMs(sent) - MOST_HELD_MS);
  await reader.close('done');
  return { source: sent, made, renditions };
}

const lastSoundMs = (tags: readonly MediaTag[]) => mediaOf(tags, 'audio').at(-1)?.dtsMs ?? -1;

async function readUntil(reader: Reader, into: MediaTag[], isDone: () => boolean): Promise<void> {
  while (!isDone()) into.push(...((await reader.read(AbortSignal.timeout(60_000))) ?? expect.fail('the stream has ended')));
}

async function readTo(stream: Stream, untilMs: number): Promise<MediaTag[]> {
  const reader = stream.createReader(READER);
  const tags: MediaTag[] = [];
  await readUntil(reader, tags, () => (tags.at(-1)?.dtsMs ?? 0) >= untilMs);
  await reader.close('done');
  return tags;
}

/** Reads until the stream ends. */
async function readAll(stream: Stream): Promise<MediaTag[]> {
  const reader = stream.createReader(READER);
  const all: MediaTag[] = [];
  for (let tags = await reader.read(never); tags; tags = await reader.read(never)) all.push(...tags);
  return all;
}

const mediaOf = (tags: readonly MediaTag[], kind: string) => tags.filter((tag) => tag.kind === kind && !tag.isConfig);
const codecOf = (tags: readonly MediaTag[], kind: string) => readFlvBody(tags.find((tag) => tag.kind === kind)!)?.codec;

/** Returns the start times of the beeps, ms on the tags' timeline. */
async function beepsOf(tags: readonly MediaTag[]): Promise<number[]> {
  const muxer = new TsMuxer();
  const audio = tags.filter((tag) => tag.kind === 'audio');
  const path = join(folder, `beeps-${Math.random()}`);
  await writeFile(`${path}.ts`, Buffer.concat(audio.map((tag) => muxer.push(tag))));
  const filter = 'aresample=48000:async=1:first_pts=0';
  await run('ffmpeg', ['-v', 'error', '-nostdin', '-copyts', '-i', `${path}.ts`, '-af', filter, '-ac', '1', '-f', 's16le', `${path}.raw`]);
  const raw = await readFile(`${path}.raw`);
  const starts: number[] = [];
  let quietSince = 0;
  for (let sample = 0; sample * 2 + 1 < raw.length; sample++) {
    if (Math.abs(raw.readInt16LE(sample * 2)) < 3000) continue;
    if (sample - quietSince > 4800) starts.push(sample / 48);
    quietSince = sample;
  }
  return starts;
}

/** Returns the decoder's warnings: none if every frame has its references. */
async function decoderWarnings(tags: readonly MediaTag[]): Promise<string> {
  const muxer = new TsMuxer();
  const path = join(folder, `seen-${Math.random()}.ts`);
  await writeFile(path, Buffer.concat(tags.map((tag) => muxer.push(tag))));
  const { stderr } = await run('ffmpeg', ['-v', 'error', '-nostdin', '-i', path, '-f', 'null', '-']);
  return stderr;
}

const childrenOf = (pid: number) =>
  readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );

describe('Renditions', () => {
  it('transcodes AAC (44.1 kHz) to Opus for WebRTC: within 20 ms, promptly, in order, with untouched video', async () => {
    const { source, made, renditions } = await play('plain', WEBRTC);
    expect([codecOf(made, 'video'), codecOf(made, 'audio')]).toEqual(['h264', 'opus']);
    const pictures = mediaOf(made, 'video');
    const all = mediaOf(source, 'video');
    const start = all.findIndex((tag) => tag.body === pictures[0]?.body);
    for (const [index, tag] of pictures.entries()) expect(tag.body).toBe(all[start + index]?.body);
    const [before, after] = [await beepsOf(source), await beepsOf(made)];
    if (process.env['SHOW_FIGURES']) console.log(before, after);
    expect(after.length).toBeGreaterThan(3);
    for (const atMs of after) expect(Math.min(...before.map((other) => Math.abs(other - atMs)))).toBeLessThan(20);
    const times = made.filter((tag) => !tag.isConfig && tag.dtsMs > 1500).map((tag) => tag.dtsMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    await vi.waitFor(() => expect(renditions.counts).toEqual(NONE));
  });

  it('transcodes Opus to AAC for FLV', async () => {
    const { source, made } = await play('opus', FLV);
    expect([codecOf(made, 'video'), codecOf(made, 'audio')]).toEqual(['h264', 'aac']);
    const [before, after] = [await beepsOf(source), await beepsOf(made)];
    expect(after.length).toBeGreaterThan(3);
    for (const atMs of after) expect(Math.min(...before.map((other) => Math.abs(other - atMs)))).toBeLessThan(20);
  });

  it('removes B-frames for WebRTC: the same frames at the same times', async () => {
    const { source, made } = await play('bFrames', WEBRTC);
    const shownAt = (tags: readonly MediaTag[]) => mediaOf(tags, 'video').map((tag) => tag.dtsMs + (readFlvBody(tag)?.compositionMs ?? 0));
    const theirs = shownAt(source);
    const mine = mediaOf(made, 'video');
    expect(mine.length).toBeGreaterThan(40);
    expect(new Set(mine.map((tag) => readFlvBody(tag)?.compositionMs))).toEqual(new Set([0]));
    for (const tag of mine) expect(Math.min(...theirs.map((atMs) => Math.abs(atMs - tag.dtsMs)))).toBeLessThan(1);
    const steps = mine.slice(1).map((tag, index) => tag.dtsMs - mine[index]!.dtsMs);
    expect(Math.max(...steps)).toBeLessThan(40);
  });

  it('transcodes HEVC to H.264 for WebRTC, and copies the audio', async () => {
    const { renditions, publisher, source } = open();
    const opened = renditions.open(source, WEBRTC);
    const reading = readAll(opened);
    const [beginning, rest] = [media['hevc']!.slice(0, 20), media['hevc']!.slice(20)];
    for (const tag of beginning) publisher.write(tag);
    await vi.waitFor(() => expect(renditions.counts.conversions).toBe(1));
    for (const tag of rest) publisher.write(tag);
    await vi.waitFor(() => expect(opened.lastDtsMs).toBeGreaterThan(source.lastDtsMs! - 200));
    expect(renditions.conversionsOf(source)[0]).toMatchObject({
      video: 'transcoded',
      audio: 'copied',
      why: 'video is HEVC; WebRTC needs H.264',
    });
    await publisher.close('done', true);
    const tags = await reading;
    expect([codecOf(tags, 'video'), codecOf(tags, 'audio')]).toEqual(['h264', 'opus']);
    expect(mediaOf(tags, 'video').length).toBeGreaterThan(80);
    // A source of unknown frame rate still gets a decodable H.264 level.
    const config = tags.find((tag) => tag.kind === 'video' && tag.isConfig);
    const avc = parseAvcConfig(readFlvBody(config!)!.data);
    expect(avc).toMatchObject({ profile: 66, width: 320, height: 180 });
    expect(avc.level).toBeLessThan(31);
    expect(mediaOf(tags, 'audio').length).toBe(mediaOf(media['hevc']!, 'audio').length);
  });

  it('returns to the source video at a key frame once it has no B-frames', async () => {
    const { renditions, publisher, source } = open();
    const opened = renditions.open(source, WEBRTC);
    const reading = readAll(opened);
    for (const tag of media['bFrames']!) publisher.write(tag);
    await vi.waitFor(() => expect(opened.lastDtsMs).toBeGreaterThan(source.lastDtsMs! - 200));
    const last = source.lastDtsMs ?? 0;
    const plain = media['plain']!.map((tag) => ({ ...tag, dtsMs: tag.dtsMs + last }));
    for (const tag of plain) publisher.write(tag);
    await vi.waitFor(() => expect(opened.lastDtsMs).toBeGreaterThan(source.lastDtsMs! - 200));
    await publisher.close('done', true);
    const pictures = mediaOf(await reading, 'video');
    const own = mediaOf(plain, 'video').map((tag) => tag.body);
    const back = pictures.findIndex((tag) => own.includes(tag.body));
    expect(pictures[back]?.isKeyFrame).toBe(true);
    expect(pictures.slice(back).every((tag) => own.includes(tag.body))).toBe(true);
    const times = pictures.map((tag) => tag.dtsMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('passes tags and metadata by reference while nothing needs converting', async () => {
    const { renditions, publisher, source } = open();
    const metadata = makeTag('data', 0, encodeAmf('onMetaData', { width: 320 }));
    for (const tag of [metadata, ...media['plain']!.slice(0, 60)]) publisher.write(tag);
    const tags = await readTo(renditions.open(source, FLV), source.lastDtsMs!);
    expect(tags[0]?.body).toBe(metadata.body);
    expect(mediaOf(tags, 'video').every((tag) => source.gop.includes(tag))).toBe(true);
    expect(renditions.counts).toEqual({ renditions: 1, conversions: 0 });
    await publisher.close('done', true);
  });

  it('keeps its readers when the publisher returns with other codecs: one timeline, no duplicates, no stale metadata', async () => {
    const { renditions, publisher, source } = open();
    publisher.write(makeTag('data', 0, encodeAmf('onMetaData', { audiocodecid: 10 })));
    for (const tag of media['plain']!.slice(0, 60)) publisher.write(tag);
    const stream = renditions.open(source, FLV);
    const reading = readAll(stream);
    await vi.waitFor(() => expect(stream.lastDtsMs).toBe(source.lastDtsMs));
    const changedAtMs = source.lastDtsMs ?? 0;
    for (const tag of media['opus']!) publisher.write({ ...tag, dtsMs: tag.dtsMs + changedAtMs });
    await vi.waitFor(() => expect(stream.lastDtsMs).toBeGreaterThan(source.lastDtsMs! - 300));
    expect(decodeAmf(stream.preamble.metadata!.body)).toEqual(['onMetaData', {}]);
    await publisher.close('done', true);
    const tags = await reading;
    const sound = mediaOf(tags, 'audio');
    expect(new Set(sound.map((tag) => readFlvBody(tag)?.codec))).toEqual(new Set(['aac']));
    expect(sound.at(-1)!.dtsMs).toBeGreaterThan(changedAtMs + 2000);
    for (const kind of ['video', 'audio']) {
      const times = mediaOf(tags, kind).map((tag) => tag.dtsMs);
      expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
    }
  });

  it('lets readers drain their queue, then rejects with UNSUPPORTED when conversion becomes impossible', async () => {
    const { renditions, publisher, source } = open();
    for (const tag of media['plain']!.slice(0, 60)) publisher.write(tag);
    const reader = renditions.open(source, FLV).createReader(READER);
    expect(await reader.read(AbortSignal.timeout(60_000))).not.toBeNull();
    const strict = renditions.open(source, WEBRTC).createReader(READER);
    const failed = (async () => {
      for (let tags = await strict.read(never); tags; tags = await strict.read(never));
    })();
    publisher.write(makeMediaTag({ codec: 'av1', dtsMs: source.lastDtsMs!, data: Buffer.from([0x81, 0, 0, 0]), isConfig: true }));
    publisher.write(makeMediaTag({ codec: 'av1', dtsMs: source.lastDtsMs! + 33, data: Buffer.from([1]), isKeyFrame: true }));
    await expect(failed).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    await reader.close('done');
    await publisher.close('done', true);
  });

  it('gives HLS the audio of a stream whose video cannot be converted', async () => {
    const { renditions, publisher, source } = open();
    publisher.write(makeMediaTag({ codec: 'vp9', dtsMs: 0, data: Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]), isConfig: true }));
    publisher.write(makeMediaTag({ codec: 'vp9', dtsMs: 0, data: Buffer.from([1]), isKeyFrame: true }));
    for (const tag of media['plain']!.filter(({ kind }) => kind === 'audio')) publisher.write(tag);
    const stream = renditions.open(source, HLS);
    const tags = await readTo(stream, source.lastDtsMs! - 50);
    expect(mediaOf(tags, 'audio').length).toBeGreaterThan(0);
    await publisher.close('done', true);
  });

  it('reports conversions and their reasons', async () => {
    const { renditions, publisher, source } = open();
    expect(renditions.conversionsOf(source)).toEqual([]);
    for (const tag of media['bFrames']!.slice(0, 110)) publisher.write(tag);
    expect(renditions.conversionsOf(source)).toEqual([
      {
        target: 'webrtc',
        video: 'transcoded',
        audio: 'transcoded',
        why: 'video has B-frames, which WebRTC cannot show; audio is AAC; WebRTC needs Opus',
      },
      ...(['flv', 'hls', 'srt'] as const).map((target) => ({ target, video: 'copied', audio: 'copied', why: null })),
    ]);
    expect(renditions.describe(source)).toMatchObject({
      video: { codec: 'h264', width: 320, height: 180, hasBFrames: true, fps: 30 },
      audio: { codec: 'aac', sampleRateHz: 48_000, channels: 2 },
    });
    expect(renditions.counts).toEqual(NONE);
    await publisher.close('done');
  });

  it('shares one stream, outlives its last reader briefly, and ends with the source', async () => {
    const { renditions, publisher, source } = open(100);
    for (const tag of media['plain']!.slice(0, 60)) publisher.write(tag);
    const stream = renditions.open(source, WEBRTC);
    expect(renditions.open(source, WEBRTC)).toBe(stream);
    const release = stream.hold();
    const first = stream.createReader(READER);
    expect(await first.read(AbortSignal.timeout(60_000))).not.toBeNull();
    await first.close('leaves');
    await wait(300);
    expect(renditions.open(source, WEBRTC)).toBe(stream);
    release();
    await vi.waitFor(() => expect(stream.isEnded).toBe(true));
    const again = renditions.open(source, WEBRTC);
    expect(again).not.toBe(stream);
    const reader = again.createReader(READER);
    const reading = (async () => {
      while (await reader.read(AbortSignal.timeout(60_000)));
    })();
    await publisher.close('done', true);
    await reading;
    await vi.waitFor(() => expect(renditions.counts).toEqual(NONE));
  });

  it('shares a conversion between kinds of readers with the same needs', async () => {
    const { renditions, publisher, source } = open();
    for (const tag of media['opus']!) publisher.write(tag);
    const readers = [FLV, HLS].map((accepts) => renditions.open(source, accepts).createReader(READER));
    for (const reader of readers) expect(await reader.read(AbortSignal.timeout(60_000))).not.toBeNull();
    expect(renditions.counts).toEqual({ renditions: 2, conversions: 1 });
    await publisher.close('done', true);
  });

  it('throws UNSUPPORTED with a readable reason when conversion is impossible', () => {
    const { renditions, publisher, source } = open();
    publisher.write(makeMediaTag({ codec: 'av1', dtsMs: 0, data: Buffer.from([0x81, 0, 0, 0]), isConfig: true }));
    const message = 'video is AV1; WebRTC needs H.264, and AV1 cannot be transcoded.';
    expect(() => renditions.open(source, WEBRTC)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED', message }));
  });

  it('continues after FFmpeg is killed, and when the source changes codecs', async () => {
    const { renditions, publisher, source } = open();
    const loop = new LoopedBroadcast(media['bFrames']!, publisher);
    scope.defer(() => loop.stop());
    await vi.waitFor(() => expect(renditions.describe(source).video?.hasBFrames).toBe(true));
    const before = new Set(childrenOf(process.pid));
    const reader = renditions.open(source, WEBRTC).createReader(READER);
    const seen: MediaTag[] = [];
    const reading = (async () => {
      for (let tags = await reader.read(never); tags; tags = await reader.read(never)) seen.push(...tags);
    })();
    const count = (kind: string) => mediaOf(seen, kind).length;
    await vi.waitFor(() => expect(Math.min(count('video'), count('audio'))).toBeGreaterThan(5));
    const started = childrenOf(process.pid).filter((pid) => !before.has(pid));
    expect(started).toHaveLength(2);
    for (const pid of started) process.kill(pid, 'SIGKILL');
    const killedAt = [count('video'), count('audio')] as const;
    await vi.waitFor(() => {
      expect(count('video')).toBeGreaterThan(killedAt[0] + 30);
      expect(count('audio')).toBeGreaterThan(killedAt[1] + 30);
    });
    expect(await decoderWarnings(seen)).toBe('');
    loop.stop();
    const lastMs = source.lastDtsMs ?? 0;
    for (const tag of media['opus']!) publisher.write({ ...tag, dtsMs: tag.dtsMs + lastMs });
    await vi.waitFor(() => expect(readFlvBody(seen.findLast((tag) => tag.kind === 'audio')!)?.codec).toBe('opus'));
    for (const kind of ['video', 'audio']) {
      const times = mediaOf(seen, kind).map((tag) => tag.dtsMs);
      expect(times).toEqual([...times].sort((a, b) => a - b));
    }
    await publisher.close('done', true);
    await reading;
  });
});
