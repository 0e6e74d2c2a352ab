import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { networkInterfaces } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { createLog, Metrics, Scope } from '@lianmai/kit';
import { LianmaiError, type AuthoriseReply, type AuthoriseRequest } from '@lianmai/protocol';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { TsDemuxer, type FlvTag } from '../../media/formats/index.js';
import { Gate } from '../../hub/gate/index.js';
import { StreamHub, type MediaTag, type Stream } from '../../hub/stream/index.js';
import { UdpRelay, type RelayOptions } from '../../media/protocols/srt/testing/index.js';
import { encodeFlv, LoopedBroadcast } from '../../testing/index.js';
import { SrtServerHost, type SrtServerOptions } from './index.js';

const LOG = createLog('srt test', 'silent');
const PASSPHRASE = 'correct horse battery';
const has = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
const hasIpv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'));
/** FFmpeg without libsrt cannot call us. */
const ffmpegHasSrt = /\bsrt\b/.test(spawnSync('ffmpeg', ['-hide_banner', '-protocols']).stdout?.toString() ?? '');
const describeWithSrt = (title: string, tests: () => void) =>
  describe.skipIf(!ffmpegHasSrt)(ffmpegHasSrt ? title : `${title} (FFmpeg has no libsrt)`, tests);
const hasLiveTransmit = has('srt-live-transmit');

let scope = new Scope();
let tags: FlvTag[] = [];
beforeAll(async () => {
  tags = await encodeFlv({ seconds: 2, size: '320x180', gop: 30, bFrames: 2 });
});
afterEach(async () => {
  await scope.close('test ends');
  scope = new Scope();
});

interface Served {
  hub: StreamHub;
  gate: Gate;
  asked: AuthoriseRequest[];
  listener: SrtServerHost;
}

async function serve(
  answer: (request: AuthoriseRequest) => Partial<AuthoriseReply> = () => ({}),
  options: Partial<SrtServerOptions> = {},
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
    await SrtServerHost.open({ hub, gate, port: 0, host: '127.0.0.1', latencyMs: 120, log: LOG, logLevel: 'silent', ...options }),
  );
  return { hub, gate, asked, listener };
}

async function relay(options: RelayOptions): Promise<UdpRelay> {
  const between = await UdpRelay.open(options);
  scope.defer(() => between.close());
  return between;
}

/** Records the KK bits of data packets each time they change. */
function keyWatch(direction: 'toTarget' | 'toCaller'): { changes: number[]; onDatagram: NonNullable<RelayOptions['onDatagram']> } {
  const changes: number[] = [];
  let lastSeq = -1;
  return {
    changes,
    onDatagram: (datagram, way) => {
      const [seq, flags] = [datagram.readUInt32BE(0), datagram.readUInt32BE(4)];
      if (way !== direction || seq >= 0x80000000 || seq <= lastSeq) return;
      lastSeq = seq;
      const key = (flags >>> 27) & 3;
      if (changes.at(-1) !== key) changes.push(key);
    },
  };
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

const publish = (port: number, query: string, seconds = 60, host = '127.0.0.1') =>
  run('ffmpeg', [...SOURCE, '-t', `${seconds}`, ...ENCODE, `srt://${host}:${port}?${query}`]);

/** Collects the tags of a stream until `isEnough`. */
async function collect(stream: Stream, isEnough: (tags: MediaTag[]) => boolean): Promise<MediaTag[]> {
  const reader = stream.createReader({ name: 'test', maxQueueBytes: 1e8, maxQueueMs: 60_000, startWithGop: true });
  const got: MediaTag[] = [];
  while (!isEnough(got)) {
    const more = await reader.read(AbortSignal.timeout(60_000));
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

/** Runs cases concurrently, each under its own name. */
const eachAtOnce = <T>(cases: readonly T[], check: (one: T) => Promise<void>) => Promise.all(cases.map(check));

describeWithSrt('publishing with FFmpeg', () => {
  it('delivers audio and video to the hub without a gap: clear, AES-128, AES-192 and AES-256', async () => {
    const answer = ({ name }: AuthoriseRequest) => ({ srtPassphrase: name === 'clear' ? null : PASSPHRASE });
    const { hub, gate, asked, listener } = await serve(answer, hasIpv6 ? { host: '::' } : {});
    const cases = [
      ['clear', '127.0.0.1', ''],
      ['aes128', '127.0.0.1', `&passphrase=${PASSPHRASE}&pbkeylen=16`],
      ['aes192', '127.0.0.1', `&passphrase=${PASSPHRASE}&pbkeylen=24`],
      ['aes256', hasIpv6 ? '[::1]' : '127.0.0.1', `&passphrase=${PASSPHRASE}&pbkeylen=32`],
    ] as const;
    await eachAtOnce(cases, async ([name, host, keys]) => {
      publish(listener.port, `streamid=#!::r=live/${name},m=publish,key=k1${keys}`, 60, host);
      const stream = await hub.whenPublished({ app: 'live', name }, AbortSignal.timeout(60_000));
      expectContinuous(await collect(stream, seconds(1)));
      expect(gate.publisher({ app: 'live', name })?.bytes).toBeGreaterThan(10_000);
    });
    expect(asked).toHaveLength(4);
    expect(asked.find(({ name }) => name === 'clear')).toMatchObject({
      action: 'publish',
      app: 'live',
      protocol: 'srt',
      ip: '127.0.0.1',
      params: { key: 'k1' },
    });
  });

  it('ends the stream at once on a clean shutdown, and keeps it for the grace period on a crash', async () => {
    const { hub, listener } = await serve();
    publish(listener.port, 'streamid=publish/live/cam?key=k', 1);
    const ended = new Promise((resolve) => hub.once('unpublished', resolve));
    const stream = await hub.whenPublished({ app: 'live', name: 'cam' }, AbortSignal.timeout(60_000));
    await ended;
    expect(stream.isEnded).toBe(true);
    const { child } = publish(listener.port, 'streamid=publish:live/two');
    const two = await hub.whenPublished({ app: 'live', name: 'two' }, AbortSignal.timeout(60_000));
    await collect(two, seconds(0.5));
    child.kill('SIGKILL');
    await vi.waitFor(() => expect(two.hasPublisher).toBe(false), 8000);
    expect(two.isEnded).toBe(false);
  });
});

describeWithSrt('rejections', () => {
  it('end FFmpeg with an error and leave no trace', async () => {
    const { hub, gate, listener } = await serve(({ name }) => {
      if (name === 'forbidden') throw new LianmaiError('FORBIDDEN');
      return { srtPassphrase: ['needsKey', 'otherKey'].includes(name) ? PASSPHRASE : null };
    });
    const cases = [
      ['../etc', 'm=publish'],
      ['none', 'm=request'],
      ['forbidden', 'm=publish'],
      ['noKey', `m=publish&passphrase=${PASSPHRASE}`],
      ['needsKey', 'm=publish'],
      ['otherKey', 'm=publish&passphrase=something else'],
    ] as const;
    await eachAtOnce(cases, async ([name, rest]) => {
      const url = `srt://127.0.0.1:${listener.port}?streamid=#!::r=live/${name},${rest}`;
      const play = ['-v', 'error', '-i', url, '-f', 'null', '-'];
      const caller = rest.startsWith('m=publish') ? publish(listener.port, url.split('?')[1]!) : run('ffmpeg', play);
      expect(await caller.exited).not.toBe(0);
      expect(caller.text()).not.toBe('');
      expect(gate.clients({ app: 'live', name })).toEqual([]);
    });
    expect(hub.streams).toEqual([]);
  });

  it('reject a second publisher while the first is connected', async () => {
    const { hub, listener } = await serve();
    const first = publish(listener.port, 'streamid=#!::r=cam,m=publish');
    const stream = await hub.whenPublished({ app: 'live', name: 'cam' }, AbortSignal.timeout(60_000));
    await collect(stream, seconds(0.2));
    const second = publish(listener.port, 'streamid=#!::r=cam,m=publish');
    expect(await second.exited).not.toBe(0);
    expect(first.child.exitCode).toBe(null);
    expect(stream.hasPublisher).toBe(true);
  });

  it('name SRT_PORT when the port is taken', async () => {
    const { listener } = await serve();
    const { port } = listener;
    await expect(serve(() => ({}), { port })).rejects.toThrow(/SRT_PORT/);
  });
});

describeWithSrt('playing with FFmpeg', () => {
  async function onAir(
    answer: (request: AuthoriseRequest) => Partial<AuthoriseReply> = () => ({}),
    options: Partial<SrtServerOptions> = {},
  ) {
    const served = await serve(answer, options);
    const publisher = served.hub.publish({ app: 'live', name: 'cam' });
    const broadcast = new LoopedBroadcast(tags, publisher);
    scope.defer(() => broadcast.stop());
    await vi.waitFor(() => expect(publisher.stream.gop.length).toBeGreaterThan(5));
    return { ...served, publisher };
  }
  const PLAY = (port: number, query: string, length: number) => [
    ...[
      '-nostdin',
      '-v',
      'warning',
      '-probesize',
      '200000',
      '-analyzeduration',
      '500000',
      '-t',
      `${length}`,
      '-i',
      `srt://127.0.0.1:${port}?${query}`,
    ],
    ...['-map', '0', '-c', 'copy', '-f', 'mpegts', '-'],
  ];
  const demuxed = (output: Buffer[]) => {
    const demuxer = new TsDemuxer();
    return [...output.flatMap((chunk) => demuxer.push(chunk)), ...demuxer.flush()];
  };

  it('starts at a key frame and continues without a gap: clear, AES-128 and AES-256', async () => {
    const { listener, gate, hub } = await onAir(({ name }) => ({ srtPassphrase: name === 'cam' ? null : PASSPHRASE }));
    for (const name of ['aes128', 'aes256']) {
      const broadcast = new LoopedBroadcast(tags, hub.publish({ app: 'live', name }));
      scope.defer(() => broadcast.stop());
    }
    const cases = [
      ['cam', 'streamid=#!::r=live/cam'],
      ['aes128', `streamid=read:live/aes128&passphrase=${PASSPHRASE}`],
      ['aes256', `streamid=live/aes256?m=request&passphrase=${PASSPHRASE}&pbkeylen=32`],
    ] as const;
    await eachAtOnce(cases, async ([name, query]) => {
      const player = run('ffmpeg', PLAY(listener.port, query, 1.5));
      await vi.waitFor(() => expect(gate.players({ app: 'live', name })).toEqual({ srt: 1 }));
      expect(await player.exited).toBe(0);
      const got = demuxed(player.output);
      expect(got.find((tag) => tag.kind === 'video' && !tag.isConfig)?.isKeyFrame).toBe(true);
      expect(media(got, 'video').length).toBeGreaterThan(30);
      expectContinuous(got);
      expect(player.text()).not.toMatch(/corrupt|error|discontinuity/i);
    });
  });

  it('keeps players during the grace period of their stream, and ends with it', async () => {
    const { listener, hub, gate } = await serve();
    const first = hub.publish({ app: 'live', name: 'cam' }, { resumeGraceMs: 10_000 });
    const broadcast = new LoopedBroadcast(tags, first);
    const player = run('ffmpeg', PLAY(listener.port, 'streamid=live/cam', 30));
    await vi.waitFor(() => expect(gate.clients({ app: 'live', name: 'cam' })[0]?.bytes).toBeGreaterThan(20_000), 8000);
    broadcast.stop();
    await first.close('lost');
    const waiting = run('ffmpeg', PLAY(listener.port, 'streamid=live/cam', 30));
    await vi.waitFor(() => expect(gate.players({ app: 'live', name: 'cam' })).toEqual({ srt: 2 }));
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

  it('disconnects a kicked player', async () => {
    const { listener, gate } = await onAir();
    const player = run('ffmpeg', PLAY(listener.port, 'streamid=live/cam', 30));
    await vi.waitFor(() => expect(gate.clients({ app: 'live', name: 'cam' }).length).toBe(1));
    gate.kick({ app: 'live', name: 'cam' }, gate.clients({ app: 'live', name: 'cam' })[0]!.id);
    await player.exited;
    expect(gate.clients({ app: 'live', name: 'cam' })).toEqual([]);
  });

  it.skipIf(!hasLiveTransmit)('renews the key of a player every few hundred packets (srt-live-transmit)', async () => {
    const { listener } = await onAir(() => ({ srtPassphrase: PASSPHRASE }), { rotation: { refreshPackets: 100, announcePackets: 40 } });
    const watch = keyWatch('toCaller');
    const { port } = await relay({ targetPort: listener.port, onDatagram: watch.onDatagram });
    const player = run('srt-live-transmit', ['-q', `srt://127.0.0.1:${port}?streamid=live/cam&passphrase=${PASSPHRASE}`, 'file://con']);
    await vi.waitFor(() => expect(watch.changes.length).toBeGreaterThanOrEqual(4));
    const before = Buffer.concat(player.output).length;
    await vi.waitFor(() => expect(Buffer.concat(player.output).length).toBeGreaterThan(before + 60_000));
    expect(watch.changes.slice(0, 4)).toEqual([1, 2, 1, 2]);
    expectContinuous(demuxed(player.output));
  });
});

describeWithSrt('key refresh by the publisher', () => {
  it.skipIf(!hasLiveTransmit)('loses nothing (srt-live-transmit, kmrefreshrate=200)', async () => {
    const { hub, listener } = await serve(() => ({ srtPassphrase: PASSPHRASE }));
    const watch = keyWatch('toTarget');
    const { port } = await relay({ targetPort: listener.port, onDatagram: watch.onDatagram });
    const url = `srt://127.0.0.1:${port}?mode=caller&streamid=publish:live/cam&passphrase=${PASSPHRASE}&pbkeylen=32&kmrefreshrate=150&kmpreannounce=50`;
    const caller = spawn('srt-live-transmit', ['-q', '-chunk:1316', 'file://con', url], { stdio: ['pipe', 'ignore', 'ignore'] });
    const encoder = spawn('ffmpeg', [...SOURCE, ...ENCODE, '-'], { stdio: ['ignore', caller.stdin, 'ignore'] });
    scope.defer(() => void [caller, encoder].forEach((child) => child.kill('SIGKILL')));
    const stream = await hub.whenPublished({ app: 'live', name: 'cam' }, AbortSignal.timeout(60_000));
    const got = await collect(stream, () => watch.changes.length >= 4);
    expect(watch.changes.slice(0, 4)).toEqual([1, 2, 1, 2]);
    expectContinuous(got);
  });
});

describeWithSrt('a bad network (5 % loss, 50 ms of jitter)', () => {
  it('lets FFmpeg publish at its requested latency', async () => {
    const { hub, listener } = await serve(() => ({ srtPassphrase: PASSPHRASE }));
    const agreed: number[][] = [];
    const { port } = await relay({
      targetPort: listener.port,
      seed: 5,
      loss: 0.05,
      jitterMs: 50,
      onDatagram: (datagram, way) => {
        const isConclusion = datagram.readUInt32BE(0) === 0x80000000 && way === 'toCaller' && datagram.length > 80;
        if (isConclusion) agreed.push([datagram.readUInt16BE(64 + 4 + 8), datagram.readUInt16BE(64 + 4 + 10)]);
      },
    });
    publish(port, `streamid=publish:live/cam&passphrase=${PASSPHRASE}&latency=400000`);
    const stream = await hub.whenPublished({ app: 'live', name: 'cam' }, AbortSignal.timeout(60_000));
    const got = await collect(stream, seconds(4));
    expect(agreed[0]).toEqual([400, 400]);
    expectContinuous(got);
  });
});

describeWithSrt('a publisher whose network went away', () => {
  it('may reconnect at once with the same key, while other publishers are rejected', async () => {
    const { hub, gate, listener } = await serve();
    const network: RelayOptions = { targetPort: listener.port };
    const { port } = await relay(network);
    publish(port, 'streamid=publish:live/cam?key=k1');
    const stream = await hub.whenPublished({ app: 'live', name: 'cam' }, AbortSignal.timeout(60_000));
    await collect(stream, seconds(0.3));
    const first = gate.publisher({ app: 'live', name: 'cam' })?.id;
    network.loss = 1;
    await new Promise((resolve) => setTimeout(resolve, 1200));
    const stranger = publish(listener.port, 'streamid=publish:live/cam?key=other');
    expect(await stranger.exited).not.toBe(0);
    expect(gate.publisher({ app: 'live', name: 'cam' })?.id).toBe(first);
    publish(listener.port, 'streamid=publish:live/cam?key=k1');
    const ids: unknown[] = [];
    await vi.waitFor(() => {
      ids.push(gate.publisher({ app: 'live', name: 'cam' })?.id);
      expect(ids.at(-1)).not.toBe(first);
    });
    // Reconnects at once, because it replaces the connection that still counts as alive.
    expect(ids).not.toContain(undefined);
    expect(hub.get({ app: 'live', name: 'cam' })).toBe(stream);
    expectContinuous(media(await collect(stream, seconds(1)), 'video').slice(-15));
    gate.kick({ app: 'live', name: 'cam' });
    await vi.waitFor(() => expect(hub.streams).toEqual([]));
  });
});

describeWithSrt('metrics', () => {
  it('count clients and lost packets', async () => {
    const metrics = new Metrics();
    const { hub, listener } = await serve(() => ({}), { metrics });
    const { port } = await relay({ targetPort: listener.port, loss: 0.05 });
    publish(port, 'streamid=publish:live/cam');
    const stream = await hub.whenPublished({ app: 'live', name: 'cam' }, AbortSignal.timeout(60_000));
    await collect(stream, seconds(1));
    await vi.waitFor(async () => expect(await metrics.text()).toMatch(/^lianmai_srt_lost_packets [1-9]/m));
    expect(await metrics.text()).toMatch(/^lianmai_srt_publishers 1$[^]*^lianmai_srt_players 0$[^]*^lianmai_srt_dropped_packets \d+$/m);
  });
});

describeWithSrt('a crashed thread', () => {
  it('is replaced on the same port: publishers are lost, streams are kept', async () => {
    const threads: Worker[] = [];
    const note = (worker: Worker) => threads.push(worker);
    process.on('worker', note);
    scope.defer(() => void process.off('worker', note));
    const { hub, gate, listener } = await serve();
    publish(listener.port, 'streamid=publish:live/cam');
    const stream = await hub.whenPublished({ app: 'live', name: 'cam' }, AbortSignal.timeout(60_000));
    await collect(stream, seconds(0.2));
    await threads[0]?.terminate();
    await vi.waitFor(() => expect(stream.hasPublisher).toBe(false));
    expect(gate.clients({ app: 'live', name: 'cam' })).toEqual([]);
    const isBack = vi.waitFor(() => expect(stream.hasPublisher).toBe(true));
    // FFmpeg gives up after three seconds; an encoder does not.
    for (let attempt = 0; attempt < 8 && !stream.hasPublisher; attempt++)
      await Promise.race([isBack, publish(listener.port, 'streamid=publish:live/cam').exited]);
    await isBack;
    expect(threads).toHaveLength(2);
  });
});
