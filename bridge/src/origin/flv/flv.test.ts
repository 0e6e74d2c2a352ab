import { execFile } from 'node:child_process';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { Scope } from '@lianmai/kit';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { FlvParser, type FlvTag } from '../../formats/index.js';
import { StreamHub } from '../../stream/index.js';
import { encodeFlv, LoopedBroadcast, MemoryLog } from '../../testing/index.js';
import { createOrigin, type FlvSettings } from '../createOrigin.js';

const run = promisify(execFile);
let scope = new Scope();
let media: FlvTag[] = [];
beforeAll(async () => {
  media = await encodeFlv({ seconds: 2, gop: 30, videoBitrateKbps: 1500 });
});
afterEach(async () => {
  await scope.close('test ends');
  scope = new Scope();
});

async function open(flv: Partial<FlvSettings> = {}) {
  const hub = scope.own(new StreamHub());
  const origin = scope.own(await createOrigin({ hub, port: 0, host: '127.0.0.1', log: new MemoryLog().log, flv }));
  const publisher = hub.publish({ app: 'live', name: 'room' });
  return { hub, publisher, port: origin.port, url: `http://127.0.0.1:${origin.port}/live/room.flv` };
}

describe('HTTP-FLV', { timeout: 60_000 }, () => {
  it('plays in ffprobe from 0 with a key frame, and ends with the stream', async () => {
    const { publisher, url } = await open();
    for (const tag of media) publisher.write({ ...tag, dtsMs: tag.dtsMs + 5000 });
    const broadcast = new LoopedBroadcast(media, {
      write: (tag) => publisher.write({ ...tag, dtsMs: tag.dtsMs + 7000 }),
      close: () => undefined,
    });
    scope.defer(() => broadcast.stop());
    const probing = run('ffprobe', ['-v', 'warning', '-show_entries', 'packet=codec_type,dts_time,flags', '-of', 'csv=p=0', url]);
    await vi.waitFor(() => expect(publisher.stream.lastDtsMs).toBeGreaterThan(9500), { timeout: 30_000 });
    await publisher.close('end');
    const { stdout, stderr } = await probing;
    expect(stderr).toBe('');
    const video = stdout
      .split('\n')
      .filter((line) => line.startsWith('video'))
      .map((line) => line.split(','));
    expect(video[0]).toEqual(['video', '0.000000', expect.stringMatching(/^K/)]);
    const times = video.map(([, time]) => Number(time));
    expect(times.length).toBeGreaterThan(60);
    expect(Math.max(...times.slice(1).map((time, index) => time - (times[index] ?? 0)))).toBeLessThan(0.036);
  });

  it('merges what comes within a batch into one write', async () => {
    const { publisher, url } = await open({ batchMs: 100 });
    for (const tag of media.slice(0, 10)) publisher.write(tag);
    const broadcast = new LoopedBroadcast(media, {
      write: (tag) => publisher.write({ ...tag, dtsMs: tag.dtsMs + 400 }),
      close: () => undefined,
    });
    scope.defer(() => broadcast.stop());
    const response = await fetch(url);
    expect(response.headers.get('content-type')).toBe('video/x-flv');
    const parser = new FlvParser();
    const batches: number[] = [];
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      batches.push(parser.push(Buffer.from(chunk)).length);
      if (batches.length > 12) break;
    }
    expect(batches.reduce((sum, size) => sum + size, 0) / batches.length).toBeGreaterThan(4);
  });

  it('cuts off a player that never reads, in bounded time and memory', async () => {
    const { publisher, port } = await open({ stallMs: 300, batchMs: 0, maxQueueBytes: 1_000_000 });
    for (const tag of media) publisher.write(tag);
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    scope.defer(() => void socket.destroy());
    socket.write('GET /live/room.flv HTTP/1.1\r\nHost: x\r\n\r\n');
    await new Promise((resolve) => socket.once('readable', resolve));
    let loop = 0;
    const flood = setInterval(() => {
      loop++;
      for (const tag of media) publisher.write({ ...tag, dtsMs: tag.dtsMs + loop * 2000 });
    }, 20);
    scope.defer(() => clearInterval(flood));
    const startedAtMs = Date.now();
    while (publisher.stream.readerCount > 1) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(Date.now() - startedAtMs).toBeLessThan(8000);
  });

  it('answers a stream that is not there with 404 as JSON, and HEAD without a body', async () => {
    const { url } = await open();
    const missing = await fetch(url.replace('room', 'none'));
    expect([missing.status, missing.headers.get('access-control-allow-origin')]).toEqual([404, '*']);
    expect(await missing.json()).toMatchObject({ error: { code: 'NOT_FOUND' } });
    const head = await fetch(url, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-type')]).toEqual([200, 'video/x-flv']);
  });
});
