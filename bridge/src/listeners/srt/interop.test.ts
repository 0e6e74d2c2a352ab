import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createLog, Scope } from '@lianmai/kit';
import { LianmaiError, type AuthoriseReply, type AuthoriseRequest } from '@lianmai/protocol';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { TsDemuxer, type FlvTag } from '../../formats/index.js';
import { Gate } from '../../gate/index.js';
import { StreamHub, type MediaTag, type Stream } from '../../stream/index.js';
import { encodeFlv, LoopedBroadcast } from '../../testing/index.js';
import { SrtListener, type SrtListenerOptions } from './index.js';

const LOG = createLog('srt test', 'silent');
const PASSPHRASE = 'correct horse battery';
const has = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
const hasLiveTransmit = has('srt-live-transmit');

let scope = new Scope();
let tags: FlvTag[] = [];
beforeAll(async () => {
  tags = await encodeFlv({ seconds: 2, size: '320x180', gop: 30, bFrames: 2 });
}, 30_000);
afterEach(async () => {
  await scope.close('test ends');
  scope = new Scope();
});

interface Served {
  hub: StreamHub;
  gate: Gate;
  asked: AuthoriseRequest[];
  listener: SrtListener;
}

async function serve(
  answer: (request: AuthoriseRequest) => Partial<AuthoriseReply> = () => ({}),
  options: Partial<SrtListenerOptions> = {},
): Promise<Served> {
  const asked: AuthoriseRequest[] = [];
  const hub = scope.own(new StreamHub());
  const gate = new Gate({
    authorise: async (request) => {
      asked.push(request);
      return { onTaken: 'refuse', resumeGraceMs: 10_000, srtPassphrase: null, ...answer(request) };
    },
  });
  const listener = scope.own(
    await SrtListener.open({ hub, gate, port: 0, host: '127.0.0.1', latencyMs: 120, log: LOG, logLevel: 'silent', ...options }),
  );
  return { hub, gate, asked, listener };
}

function run(
  program: string,
  args: readonly string[],
): { child: ChildProcess; exited: Promise<number | null>; text: () => string; output: Buffer[] } {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  const output: Buffer[] = [];
  child.stderr.on('data', (data: Buffer) => (text += data.toString()));
  child.stdout.on('data', (data: Buffer) => output.push(data));
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  scope.defer(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  return { child, exited, text: () => text, output };
}

const SOURCE = [
  '-nostdin',
  '-v',
  'error',
  '-re',
  '-f',
  'lavfi',
  '-i',
  'testsrc2=size=320x180:rate=30',
  '-f',
  'lavfi',
  '-i',
  'sine=frequency=440',
];
const ENCODE = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '15', '-b:v', '1M', '-c:a', 'aac', '-f', 'mpegts'];

const publish = (port: number, query: string, seconds = 60) =>
  run('ffmpeg', [...SOURCE, '-t', `${seconds}`, ...ENCODE, `srt://127.0.0.1:${port}?${query}`]);

/** Tags of a stream until `isEnough`. */
async function collect(stream: Stream, isEnough: (tags: MediaTag[]) => boolean): Promise<MediaTag[]> {
  const reader = stream.createReader({ name: 'test', maxQueueBytes: 1e8, maxQueueMs: 60_000, startWithGop: true });
  const got: MediaTag[] = [];
  while (!isEnough(got)) {
    const more = await reader.read(AbortSignal.timeout(12_000));
    if (!more) break;
    got.push(...more);
  }
  await reader.close('enough');
  return got;
}

const media = (all: MediaTag[], kind: MediaTag['kind']) => all.filter((tag) => tag.kind === kind && !tag.isConfig);
const seconds = (length: number) => (all: MediaTag[]) =>
  media(all, 'video').length >= 30 * length && media(all, 'audio').length >= 40 * length;

function expectContinuous(all: MediaTag[]): void {
  const times = media(all, 'video').map((tag) => tag.dtsMs);
  for (let index = 1; index < times.length; index++) expect(times[index]! - times[index - 1]!).toBeLessThan(40);
}

describe('publishing with FFmpeg', () => {
  it.each([
    ['clear', null, ''],
    ['AES-128', PASSPHRASE, `&passphrase=${PASSPHRASE}&pbkeylen=16`],
    ['AES-192', PASSPHRASE, `&passphrase=${PASSPHRASE}&pbkeylen=24`],
    ['AES-256', PASSPHRASE, `&passphrase=${PASSPHRASE}&pbkeylen=32`],
  ])('%s: picture and sound reach the hub without a gap', async (_name, srtPassphrase, query) => {
    const { hub, gate, asked, listener } = await serve(() => ({ srtPassphrase }));
    publish(listener.port, `streamid=#!::r=live/cam,m=publish,key=k1${query}`);
    const stream = await hub.whenPublished({ app: 'live', name: 'cam' }, AbortSignal.timeout(10_000));
    const got = await collect(stream, seconds(1));
    expectContinuous(got);
    expect(asked).toMatchObject([{ action: 'publish', app: 'live', name: 'cam', protocol: 'srt', ip: '127.0.0.1', params: { key: 'k1' } }]);
    expect(gate.publisher({ app: 'live', name: 'cam' })?.bytes).toBeGreaterThan(10_000);
  });

  it('says goodbye: the stream ends at once; is killed: it waits for the grace', async () => {
    const { hub, listener } = await serve();
    publish(listener.port, 'streamid=publish/live/cam?key=k', 1);
    const ended = new Promise((resolve) => hub.once('unpublished', resolve));
    const stream = await hub.whenPublished({ app: 'live', name: 'cam' }, AbortSignal.timeout(10_000));
    await ended;
    expect(stream.isEnded).toBe(true);
    const { child } = publish(listener.port, 'streamid=publish:live/two');
    const two = await hub.whenPublished({ app: 'live', name: 'two' }, AbortSignal.timeout(10_000));
    await collect(two, seconds(0.5));
    child.kill('SIGKILL');
    await vi.waitFor(() => expect(two.hasPublisher).toBe(false), 8000);
    expect(two.isEnded).toBe(false);
  });
});

describe('refusals', () => {
  const no = (code: LianmaiError['code']) => () => {
    throw new LianmaiError(code);
  };
  it.each([
    ['no such name', 'streamid=#!::r=../etc,m=publish', () => ({})],
    ['no stream to play', 'streamid=#!::r=live/none', () => ({})],
    ['the gate says no', 'streamid=#!::r=live/cam,m=publish', no('FORBIDDEN')],
    ['encrypted where it must not be', `streamid=#!::r=live/cam,m=publish&passphrase=${PASSPHRASE}`, () => ({})],
    ['clear where it must not be', 'streamid=#!::r=live/cam,m=publish', () => ({ srtPassphrase: PASSPHRASE })],
    ['another passphrase', 'streamid=#!::r=live/cam,m=publish&passphrase=something else', () => ({ srtPassphrase: PASSPHRASE })],
  ])('%s', async (_name, query, answer) => {
    const { hub, gate, listener } = await serve(answer);
    const caller = query.includes('m=publish')
      ? publish(listener.port, query)
      : run('ffmpeg', ['-v', 'error', '-i', `srt://127.0.0.1:${listener.port}?${query}`, '-f', 'null', '-']);
    expect(await caller.exited).not.toBe(0);
    expect(caller.text()).not.toBe('');
    expect(hub.streams).toEqual([]);
    expect(gate.clients({ app: 'live', name: 'cam' })).toEqual([]);
  });

  it('a second publisher, while the first is there', async () => {
    const { hub, listener } = await serve();
    const first = publish(listener.port, 'streamid=#!::r=cam,m=publish');
    const stream = await hub.whenPublished({ app: 'live', name: 'cam' }, AbortSignal.timeout(10_000));
    await collect(stream, seconds(0.2));
    const second = publish(listener.port, 'streamid=#!::r=cam,m=publish');
    expect(await second.exited).not.toBe(0);
    expect(first.child.exitCode).toBe(null);
    expect(stream.hasPublisher).toBe(true);
  });

  it('names SRT_PORT when the port is taken', async () => {
    const { listener } = await serve();
    const { port } = listener;
    await expect(serve(() => ({}), { port })).rejects.toThrow(/SRT_PORT/);
  });
});

describe('playing with FFmpeg', () => {
  async function onAir(
    answer: (request: AuthoriseRequest) => Partial<AuthoriseReply> = () => ({}),
    options: Partial<SrtListenerOptions> = {},
  ) {
    const served = await serve(answer, options);
    const publisher = served.hub.publish({ app: 'live', name: 'cam' });
    const broadcast = new LoopedBroadcast(tags, publisher);
    scope.defer(() => broadcast.stop());
    await vi.waitFor(() => expect(publisher.stream.gop.length).toBeGreaterThan(5), 5000);
    return { ...served, publisher };
  }
  const PLAY = (port: number, query: string, length: number) => [
    ...['-nostdin', '-v', 'warning', '-t', `${length}`, '-i', `srt://127.0.0.1:${port}?${query}`],
    ...['-map', '0', '-c', 'copy', '-f', 'mpegts', '-'],
  ];
  const demuxed = (output: Buffer[]) => {
    const demuxer = new TsDemuxer();
    return [...output.flatMap((chunk) => demuxer.push(chunk)), ...demuxer.flush()];
  };

  it.each([
    ['clear', null, 'streamid=#!::r=live/cam'],
    ['AES-128', PASSPHRASE, `streamid=read:live/cam&passphrase=${PASSPHRASE}`],
    ['AES-256', PASSPHRASE, `streamid=live/cam?m=request&passphrase=${PASSPHRASE}&pbkeylen=32`],
  ])('%s: starts at a key frame and goes on without a gap', async (_name, srtPassphrase, query) => {
    const { listener, gate } = await onAir(() => ({ srtPassphrase }));
    const player = run('ffmpeg', PLAY(listener.port, query, 2));
    await vi.waitFor(() => expect(gate.players({ app: 'live', name: 'cam' })).toEqual({ srt: 1 }), 5000);
    expect(await player.exited).toBe(0);
    const got = demuxed(player.output);
    expect(got.find((tag) => tag.kind === 'video' && !tag.isConfig)?.isKeyFrame).toBe(true);
    expect(media(got, 'video').length).toBeGreaterThan(45);
    expectContinuous(got);
    expect(player.text()).not.toMatch(/corrupt|error|discontinuity/i);
  });

  it('stays through the grace of its stream and ends with it', async () => {
    const { listener, hub, gate } = await serve();
    const first = hub.publish({ app: 'live', name: 'cam' }, { resumeGraceMs: 10_000 });
    const broadcast = new LoopedBroadcast(tags, first);
    const player = run('ffmpeg', PLAY(listener.port, 'streamid=live/cam', 30));
    await vi.waitFor(() => expect(gate.clients({ app: 'live', name: 'cam' })[0]?.bytes).toBeGreaterThan(20_000), 8000);
    broadcast.stop();
    await first.close('lost');
    const waiting = run('ffmpeg', PLAY(listener.port, 'streamid=live/cam', 30));
    await vi.waitFor(() => expect(gate.players({ app: 'live', name: 'cam' })).toEqual({ srt: 2 }), 5000);
    const second = hub.publish({ app: 'live', name: 'cam' });
    const again = new LoopedBroadcast(tags, second);
    scope.defer(() => again.stop());
    const sent = () => gate.clients({ app: 'live', name: 'cam' }).map(({ bytes }) => bytes);
    const before = sent();
    await vi.waitFor(() => expect(sent().every((bytes, index) => bytes > before[index]! + 50_000)).toBe(true), 8000);
    await second.close('done', true);
    await Promise.all([player.exited, waiting.exited]);
    expect(gate.players({ app: 'live', name: 'cam' })).toEqual({});
  });

  it('a kicked player is gone', async () => {
    const { listener, gate } = await onAir();
    const player = run('ffmpeg', PLAY(listener.port, 'streamid=live/cam', 30));
    await vi.waitFor(() => expect(gate.clients({ app: 'live', name: 'cam' }).length).toBe(1), 5000);
    gate.kick({ app: 'live', name: 'cam' }, gate.clients({ app: 'live', name: 'cam' })[0]!.id);
    await player.exited;
    expect(gate.clients({ app: 'live', name: 'cam' })).toEqual([]);
  });

  it.skipIf(!hasLiveTransmit)('renews the key of a player every few hundred packets (srt-live-transmit)', async () => {
    const { listener } = await onAir(() => ({ srtPassphrase: PASSPHRASE }), { rotation: { refreshPackets: 100, announcePackets: 40 } });
    const url = `srt://127.0.0.1:${listener.port}?mode=caller&streamid=live/cam&passphrase=${PASSPHRASE}`;
    const player = run('srt-live-transmit', ['-q', '-to:8', url, 'file://con']);
    await vi.waitFor(() => expect(Buffer.concat(player.output).length).toBeGreaterThan(600_000), 15_000);
    const got = demuxed(player.output);
    expect(media(got, 'video').length).toBeGreaterThan(90);
    expectContinuous(got);
  });
});

describe('key refresh by the publisher', () => {
  it.skipIf(!hasLiveTransmit)('loses nothing (srt-live-transmit, kmrefreshrate=200)', async () => {
    const { hub, listener } = await serve(() => ({ srtPassphrase: PASSPHRASE }));
    const url = `srt://127.0.0.1:${listener.port}?mode=caller&streamid=publish:live/cam&passphrase=${PASSPHRASE}&pbkeylen=32&kmrefreshrate=200&kmpreannounce=50`;
    const relay = spawn('srt-live-transmit', ['-q', '-chunk:1316', 'file://con', url], { stdio: ['pipe', 'ignore', 'ignore'] });
    const encoder = spawn('ffmpeg', [...SOURCE, ...ENCODE, '-'], { stdio: ['ignore', relay.stdin, 'ignore'] });
    scope.defer(() => void [relay, encoder].forEach((child) => child.kill('SIGKILL')));
    const stream = await hub.whenPublished({ app: 'live', name: 'cam' }, AbortSignal.timeout(10_000));
    const got = await collect(stream, seconds(6));
    expect(got.reduce((sum, tag) => sum + tag.body.length, 0)).toBeGreaterThan(500 * 1200);
    expectContinuous(got);
  });
});
