import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createLog, Scope } from '@lianmai/kit';
import type { OutputId, OutputInfo } from '@lianmai/protocol';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { TsDemuxer, type FlvTag } from '../../media/formats/index.js';
import { Gate } from '../../hub/gate/index.js';
import { SrtServerHost } from '../../servers/srt/index.js';
import { StreamHub } from '../../hub/stream/index.js';
import { encodeFlv, freePort, LoopedBroadcast, MemoryLog, readAsItIs, openGuard } from '../../testing/index.js';
import { createOutputKinds, supervise, type OutputSupervisor } from '../index.js';

const hasLiveTransmit = spawnSync('sh', ['-c', 'command -v srt-live-transmit']).status === 0;
const ffmpegHasSrt = /\bsrt\b/.test(spawnSync('ffmpeg', ['-hide_banner', '-protocols']).stdout?.toString() ?? '');
const PASSPHRASE = 'correct-horse-battery';

let scope = new Scope();
let memory = new MemoryLog();
let tags: FlvTag[] = [];
beforeAll(async () => {
  tags = await encodeFlv({ seconds: 2, size: '320x180', gop: 30, bFrames: 2 });
});
afterEach(async () => {
  await scope.close('test ends');
  scope = new Scope();
  memory = new MemoryLog();
});

function onAir() {
  const hub = scope.own(new StreamHub());
  const publisher = hub.publish({ app: 'live', name: 'room' });
  const broadcast = new LoopedBroadcast(tags, publisher);
  scope.defer(() => broadcast.stop());
  const push = (url: string): OutputSupervisor => {
    const kinds = createOutputKinds({ guard: openGuard, insecureTls: false });
    const job = { id: 'out1' as OutputId, output: kinds.prepare({ kind: 'srt', url }) };
    return scope.own(
      supervise(publisher.stream, job, { log: memory.log, openReader: readAsItIs, backoff: { firstMs: 300, maxMs: 600 }, sampleMs: 100 }),
    );
  };
  return { publisher, push };
}

const reaches = (output: OutputSupervisor, is: (info: OutputInfo) => boolean) =>
  vi.waitFor(() => expect(is(output.info), JSON.stringify(output.info)).toBe(true));
const isLiveWith = (bytes: number) => (info: OutputInfo) => info.state === 'live' && info.bytesSent >= bytes;

function receive(program: string, args: string[]): { child: ChildProcess; output: Buffer[] } {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const output: Buffer[] = [];
  child.stdout.on('data', (data: Buffer) => output.push(data));
  scope.defer(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => child.once('close', resolve));
  });
  return { child, output };
}

function expectContinuous(output: Buffer[], atLeast: number): void {
  const demuxer = new TsDemuxer();
  const times = output
    .flatMap((chunk) => demuxer.push(chunk))
    .filter((tag) => tag.kind === 'video' && !tag.isConfig)
    .map((tag) => tag.dtsMs);
  expect(times.length).toBeGreaterThan(atLeast);
  for (let index = 1; index < times.length; index++) expect(times[index]! - times[index - 1]!).toBeLessThan(40);
}

describe('SRT output', () => {
  it.skipIf(!hasLiveTransmit).each([
    ['clear', ''],
    ['AES-128', `passphrase=${PASSPHRASE}`],
    ['AES-256', `passphrase=${PASSPHRASE}&pbkeylen=32`],
  ])('srt-live-transmit as listener, %s: nothing is missing', async (_name, keys) => {
    const port = await freePort();
    const { push } = onAir();
    const peer = receive('srt-live-transmit', ['-q', `srt://127.0.0.1:${port}?mode=listener&${keys}`, 'file://con']);
    const output = push(`srt://127.0.0.1:${port}?streamid=x&${keys}`);
    await reaches(output, isLiveWith(150_000));
    await vi.waitFor(() => expect(Buffer.concat(peer.output).length).toBeGreaterThan(150_000));
    expectContinuous(peer.output, 30);
    await output.close('enough');
    expect(output.info.state).toBe('stopped');
  });

  it.skipIf(!ffmpegHasSrt)('FFmpeg (with libsrt) as listener plays it, and a destination that goes is called again', async () => {
    const port = await freePort();
    const { push } = onAir();
    const listen = () =>
      receive('ffmpeg', [
        ...['-nostdin', '-v', 'error', '-probesize', '100000', '-analyzeduration', '500000'],
        ...['-i', `srt://127.0.0.1:${port}?mode=listener`, '-c', 'copy', '-f', 'mpegts', '-'],
      ]);
    const first = listen();
    const output = push(`srt://127.0.0.1:${port}`);
    await reaches(output, isLiveWith(100_000));
    await vi.waitFor(() => expect(Buffer.concat(first.output).length).toBeGreaterThan(50_000));
    first.child.kill('SIGINT');
    await reaches(output, (info) => info.state === 'retrying');
    expect(output.info.reason?.code).toBe('DESTINATION_CLOSED');
    listen();
    await reaches(output, isLiveWith(200_000));
  });

  it.skipIf(!ffmpegHasSrt)(
    'says that a destination is stalled while it acknowledges nothing, and keeps the connection if it recovers',
    async () => {
      const port = await freePort();
      const { push } = onAir();
      const peer = receive('ffmpeg', [
        '-nostdin',
        '-v',
        'error',
        '-i',
        `srt://127.0.0.1:${port}?mode=listener`,
        '-c',
        'copy',
        '-f',
        'mpegts',
        '-',
      ]);
      const output = push(`srt://127.0.0.1:${port}`);
      await reaches(output, isLiveWith(100_000));
      peer.child.kill('SIGSTOP');
      await reaches(output, (info) => info.state !== 'live');
      const stalled = output.info;
      peer.child.kill('SIGCONT');
      expect(stalled).toMatchObject({ state: 'stalled', reason: { code: 'DESTINATION_STALLED' } });
      await reaches(output, (info) => info.state === 'live' && info.bytesSent > stalled.bytesSent);
      expect(output.info).toMatchObject({ reason: null, retries: 0 });
    },
  );

  it('publishes to our own listener under its name, without a secret in any log', async () => {
    const hub = scope.own(new StreamHub());
    const gate = new Gate({ authorise: () => Promise.resolve({ onTaken: 'refuse', resumeGraceMs: 0, srtPassphrase: PASSPHRASE }) });
    const log = createLog('test', 'silent');
    const listener = scope.own(
      await SrtServerHost.open({ hub, gate, port: 0, host: '127.0.0.1', latencyMs: 120, log, logLevel: 'silent' }),
    );
    const { push, publisher } = onAir();
    const address = `srt://127.0.0.1:${listener.port}?streamid=#!::r=live/copy,m=publish,key=s3cretkey`;
    const wrong = push(`${address}&passphrase=something-else`);
    await reaches(wrong, (info) => info.state === 'retrying');
    expect(wrong.info.reason).toMatchObject({ code: 'DESTINATION_REFUSED', message: 'The destination uses a different passphrase.' });
    await wrong.close('seen');
    const output = push(`${address}&passphrase=${PASSPHRASE}&pbkeylen=24`);
    await reaches(output, isLiveWith(100_000));
    expect(hub.get({ app: 'live', name: 'copy' })?.gop.length).toBeGreaterThan(0);
    expect(output.info.url).toBe(`srt://127.0.0.1:${listener.port}?***`);
    const ended = new Promise((resolve) => hub.once('unpublished', resolve));
    await publisher.close('over', true);
    await ended;
    for (const secret of ['s3cretkey', PASSPHRASE, 'something-else']) expect(memory.text).not.toContain(secret);
  });

  it('reports an absent destination as unreachable and retries', async () => {
    const { push } = onAir();
    const gone = push('srt://no-such-host.invalid:9000');
    await reaches(gone, (info) => info.state === 'retrying' && info.reason?.code === 'DESTINATION_UNREACHABLE');
  });
});
