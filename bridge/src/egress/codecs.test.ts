import { spawn } from 'node:child_process';
import { Scope } from '@lianmai/kit';
import type { OutputId, OutputInfo } from '@lianmai/protocol';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { findFfmpeg, type Ffmpeg } from '../media/ffmpeg/index.js';
import { FlvParser, makeMediaTag, readFlvBody, type FlvTag } from '../media/formats/index.js';
import { HLS, Renditions } from '../hub/renditions/index.js';
import { StreamHub, type MediaTag } from '../hub/stream/index.js';
import { encodeFlv, freePort, LoopedBroadcast, MemoryLog, openGuard } from '../testing/index.js';
import { createOutputKinds, supervise, type OutputSupervisor } from './index.js';

const MEDIA = { seconds: 2, size: '320x180', gop: 30, videoBitrateKbps: 200 };
const AV1 = makeMediaTag({ codec: 'av1', dtsMs: 0, data: Buffer.from([0x81, 0, 0, 0]), isConfig: true });
/** HLS without leaving anything out. */
const { mayDropVideo: _, ...STRICT_HLS } = HLS;
const never = new AbortController().signal;

let ffmpeg: Ffmpeg;
let opus: FlvTag[];
let aac: FlvTag[];
let scope = new Scope();
let memory = new MemoryLog();
beforeAll(async () => {
  ffmpeg = await findFfmpeg();
  [opus, aac] = await Promise.all([encodeFlv({ ...MEDIA, isOpus: true }), encodeFlv(MEDIA)]);
});
afterEach(async () => {
  await scope.close('test ends');
  scope = new Scope();
  memory = new MemoryLog();
});

function onAir() {
  const renditions = scope.own(new Renditions({ ffmpeg, log: memory.log, lingerMs: 50 }));
  const publisher = new StreamHub().publish({ app: 'live', name: 'room' });
  const push = (kind: string, url: string): OutputSupervisor => {
    const job = { id: 'out1' as OutputId, output: createOutputKinds({ guard: openGuard, insecureTls: false }).prepare({ kind, url }) };
    const options = { log: memory.log, openReader: renditions.read, backoff: { firstMs: 100, maxMs: 200 }, sampleMs: 100 };
    return scope.own(supervise(publisher.stream, job, options));
  };
  const broadcast = (tags: readonly FlvTag[]) => {
    const loop = new LoopedBroadcast(tags, publisher);
    scope.defer(() => loop.stop());
    return loop;
  };
  return { renditions, publisher, push, broadcast };
}

const reaches = (output: OutputSupervisor, is: (info: OutputInfo) => boolean) =>
  vi.waitFor(() => expect(is(output.info), JSON.stringify(output.info)).toBe(true));
const codecsOf = (tags: readonly MediaTag[]) => [...new Set(tags.map((tag) => readFlvBody(tag)?.codec).filter((codec) => codec))].sort();

describe('codecs of destinations', () => {
  it('RTMP gets AAC from an Opus stream, in sync with the video', async () => {
    const { push, broadcast } = onAir();
    const port = await freePort();
    const url = `rtmp://127.0.0.1:${port}/live/key`;
    const listener = spawn('ffmpeg', ['-v', 'error', '-nostdin', '-listen', '1', '-i', url, '-c', 'copy', '-f', 'flv', '-'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    scope.defer(() => void listener.kill('SIGKILL'));
    const parser = new FlvParser();
    const received: MediaTag[] = [];
    listener.stdout.on('data', (chunk: Buffer) => received.push(...parser.push(chunk)));
    broadcast(opus);
    const output = push('rtmp', url);
    await vi.waitFor(() => expect(received.filter(({ kind }) => kind === 'video').length).toBeGreaterThan(90));
    expect(codecsOf(received)).toEqual(['aac', 'h264']);
    const timesOf = (kind: 'audio' | 'video') => received.filter((tag) => tag.kind === kind && !tag.isConfig).map(({ dtsMs }) => dtsMs);
    const [sound, picture] = [timesOf('audio'), timesOf('video')];
    expect(Math.max(...sound.slice(1).map((ms, index) => ms - (sound[index] ?? 0)))).toBeLessThan(60);
    expect(Math.abs((sound.at(-1) ?? 0) - (picture.at(-1) ?? 0))).toBeLessThan(400);
    expect(output.info).toMatchObject({ state: 'live', reason: null });
  });

  it('SRT rejects AV1 instead of sending the audio alone', async () => {
    const { push, publisher } = onAir();
    publisher.write(AV1);
    for (const tag of aac) if (tag.kind === 'audio') publisher.write(tag);
    const output = push('srt', 'srt://127.0.0.1:9');
    await reaches(output, ({ state }) => state === 'failed');
    expect(output.info.reason).toEqual({ code: 'UNSUPPORTED', message: expect.stringMatching(/^video is AV1; SRT needs H\.264/) });
    expect(output.info).toMatchObject({ liveSinceMs: null, bytesSent: 0 });
  });

  it('a reader stays on one timeline when the publisher changes codecs, until there is no conversion', async () => {
    const { renditions, publisher, broadcast } = onAir();
    const first = broadcast(aac);
    const limits = { name: 'test', maxQueueBytes: 1 << 24, maxQueueMs: 20_000, startWithGop: true };
    const reader = await renditions.read(publisher.stream, STRICT_HLS, limits, never);
    const read: MediaTag[] = [];
    const readUntil = async (dtsMs: number) => {
      while ((read.findLast(({ isConfig }) => !isConfig)?.dtsMs ?? 0) < dtsMs)
        read.push(...((await reader.read(AbortSignal.timeout(60_000))) ?? []));
    };
    await readUntil(1200);
    first.stop();
    const movedMs = (publisher.stream.lastDtsMs ?? 0) + 20;
    const second = broadcast(opus.map((tag) => ({ ...tag, dtsMs: tag.dtsMs + movedMs })));
    await readUntil(movedMs + 1500);
    second.stop();
    expect(codecsOf(read)).toEqual(['aac', 'h264']);
    for (const kind of ['audio', 'video'] as const) {
      const times = read.filter((tag) => tag.kind === kind && !tag.isConfig).map(({ dtsMs }) => dtsMs);
      const steps = times.slice(1).map((ms, index) => ms - (times[index] ?? 0));
      expect(Math.min(...steps), kind).toBeGreaterThan(0);
      expect(Math.max(...steps), kind).toBeLessThan(500);
    }
    publisher.write(makeMediaTag({ codec: 'vp9', dtsMs: publisher.stream.lastDtsMs ?? 0, data: Buffer.alloc(12), isConfig: true }));
    const untilImpossible = async () => {
      while (await reader.read(AbortSignal.timeout(60_000)));
    };
    await expect(untilImpossible()).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    void reader.close('done');
    await vi.waitFor(() => expect(renditions.counts).toEqual({ renditions: 0, conversions: 0 }));
  });
});
