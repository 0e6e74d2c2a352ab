import { execFile } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Scope } from '@lianmai/kit';
import { LianmaiError, type AuthoriseRequest } from '@lianmai/protocol';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { FlvParser, type FlvTag } from '../../../media/formats/index.js';
import { Gate } from '../../../hub/gate/index.js';
import { StreamHub } from '../../../hub/stream/index.js';
import { encodeFlv, LoopedBroadcast, MemoryLog } from '../../../testing/index.js';
import { createOriginServer, type FlvSettings } from '../createOriginServer.js';

const run = promisify(execFile);
const POLICY = { onTaken: 'refuse', resumeGraceMs: 10_000, srtPassphrase: null } as const;
const ROOM = { app: 'live', name: 'room' };
let scope = new Scope();
let media: FlvTag[] = [];
beforeAll(async () => {
  media = await encodeFlv({ seconds: 2, gop: 30, videoBitrateKbps: 1500 });
});
afterEach(async () => {
  await scope.close('test ends');
  scope = new Scope();
});

/** Rejects two special tokens and admits everyone else. */
async function answer({ params }: AuthoriseRequest) {
  if (params['token'] === 'none') throw new LianmaiError('UNAUTHENTICATED');
  if (params['token'] === 'banned') throw new LianmaiError('FORBIDDEN');
  return Promise.resolve(POLICY);
}

async function open(flv: Partial<FlvSettings> = {}) {
  const hub = scope.own(new StreamHub());
  /** Position of the stream at each admission request, ms. */
  const askedAtMs: number[] = [];
  const authorise = (request: AuthoriseRequest) => {
    askedAtMs.push(hub.get(ROOM)?.lastDtsMs ?? 0);
    return answer(request);
  };
  const gate = new Gate({ authorise });
  const origin = scope.own(await createOriginServer({ hub, gate, port: 0, host: '127.0.0.1', log: new MemoryLog().log, flv }));
  const at = `127.0.0.1:${origin.port}/live`;
  return { hub, gate, askedAtMs, port: origin.port, url: `http://${at}/room.flv`, wsUrl: `ws://${at}/room.flv`, at };
}

type Publisher = ReturnType<StreamHub['publish']>;
const writeAll = (publisher: Publisher, tags: readonly FlvTag[], fromMs = 0) => {
  for (const tag of tags) publisher.write({ ...tag, dtsMs: tag.dtsMs + fromMs });
};
function loop(publisher: Publisher, fromMs = 0): LoopedBroadcast {
  const write = (tag: FlvTag) => publisher.write({ ...tag, dtsMs: tag.dtsMs + fromMs });
  const broadcast = new LoopedBroadcast(media, { write, close: () => undefined });
  scope.defer(() => broadcast.stop());
  return broadcast;
}

/** A WebSocket player that collects the tags it receives. */
function watch(url: string) {
  const ws = new WebSocket(url, { perMessageDeflate: true });
  scope.defer(() => ws.terminate());
  const parser = new FlvParser();
  const tags: FlvTag[] = [];
  const batches: number[] = [];
  ws.on('error', () => undefined).on('message', (data: Buffer, isBinary) => {
    expect(isBinary).toBe(true);
    const found = parser.push(data);
    batches.push(found.length);
    tags.push(...found);
  });
  const closed = new Promise<number>((resolve) => void ws.once('close', resolve));
  return { ws, tags, batches, closed };
}

/** Sends a request and reads nothing until told to. */
async function stare(port: number, path = '/live/room.flv'): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  scope.defer(() => void socket.destroy());
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.pause().write(`GET ${path} HTTP/1.0\r\n\r\n`);
  return socket;
}

describe('HTTP-FLV', () => {
  it('plays in ffprobe from the last key frame, and ends with the stream', async () => {
    const { hub, gate, url, askedAtMs } = await open();
    const publisher = hub.publish(ROOM);
    writeAll(publisher, media);
    loop(publisher, 2000);
    const probing = run('ffprobe', ['-v', 'warning', '-show_entries', 'packet=codec_type,dts_time,flags', '-of', 'csv=p=0', url]);
    await vi.waitFor(() => expect(gate.players(ROOM)).toEqual({ flv: 1 }));
    const fromMs = publisher.stream.lastDtsMs ?? 0;
    await vi.waitFor(() => expect(publisher.stream.lastDtsMs).toBeGreaterThan(fromMs + 2200));
    await publisher.close('end');
    const { stdout, stderr } = await probing;
    expect(stderr).toBe('');
    const video = stdout.split('\n').filter((line) => line.startsWith('video'));
    expect(video[0]).toMatch(/^video,[\d.]+,K/);
    const times = video.map((line) => Number(line.split(',')[1]));
    expect((times[0] ?? 0) * 1000).toBeGreaterThan((askedAtMs[0] ?? 0) - 1100);
    expect((times[0] ?? 0) * 1000).toBeLessThanOrEqual(fromMs + 100);
    expect(times.length).toBeGreaterThan(60);
    expect(Math.max(...times.slice(1).map((time, index) => time - (times[index] ?? 0)))).toBeLessThan(0.036);
  });

  it('writes several tags at once with batches of 100 ms', async () => {
    const { hub, wsUrl } = await open({ batchMs: 100 });
    loop(hub.publish(ROOM));
    const { batches } = watch(wsUrl);
    await vi.waitFor(() => expect(batches.length).toBeGreaterThan(15));
    const sizes = batches.slice(5).sort((a, b) => a - b);
    expect(sizes[sizes.length >> 1]).toBeGreaterThanOrEqual(4);
  });

  it('writes each tag at once without batching', async () => {
    const { hub, wsUrl } = await open({ batchMs: 0 });
    const publisher = hub.publish(ROOM);
    writeAll(publisher, media);
    const { tags, batches } = watch(wsUrl);
    await vi.waitFor(() => expect(tags.at(-1)?.dtsMs).toBe(publisher.stream.lastDtsMs));
    const before = batches.length;
    for (const tag of media.slice(5, 25)) {
      const count = tags.length;
      publisher.write({ ...tag, dtsMs: tag.dtsMs + 2000 });
      await vi.waitFor(() => expect(tags.length).toBe(count + 1), { interval: 5 });
    }
    expect(batches.slice(before)).toEqual(Array(20).fill(1));
  });

  it('reports rejections and missing streams by status and JSON, and answers HEAD without a body', async () => {
    const { hub, gate, url } = await open();
    hub.publish(ROOM);
    const codes: unknown[] = [];
    for (const target of [url.replace('room', 'none'), `${url}?token=none`, `${url}?token=banned`, url.replace('room', '..%2fx')]) {
      const response = await fetch(target);
      expect(response.headers.get('access-control-allow-origin')).toBe('*');
      codes.push([response.status, ((await response.json()) as { error: { code: string } }).error.code]);
    }
    expect(codes).toEqual([
      [404, 'NOT_FOUND'],
      [401, 'UNAUTHENTICATED'],
      [403, 'FORBIDDEN'],
      [400, 'BAD_REQUEST'],
    ]);
    const head = await fetch(url, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-type')]).toEqual([200, 'video/x-flv']);
    expect((await fetch(url, { method: 'OPTIONS' })).status).toBe(204);
    await vi.waitFor(() => expect(gate.clients(ROOM)).toEqual([]));
  });

  it('holds ?wait=1 until the stream starts, within limits of time and number', async () => {
    const { hub, gate, url } = await open({ waitMs: 400, maxWaiting: 1 });
    expect((await fetch(`${url}?wait=1`)).status).toBe(404);
    const waiting = fetch(`${url}?wait=1`);
    await vi.waitFor(() => expect(gate.clients(ROOM).length).toBe(1));
    expect((await fetch(`${url}?wait=1`)).status).toBe(404);
    const publisher = hub.publish(ROOM);
    writeAll(publisher, media);
    const response = await waiting;
    expect(response.status).toBe(200);
    const reading = response.arrayBuffer();
    await vi.waitFor(() => expect(gate.clients(ROOM)[0]?.bytes).toBeGreaterThan(10_000));
    await publisher.close('end');
    expect(new FlvParser().push(Buffer.from(await reading)).length).toBeGreaterThan(50);
    await vi.waitFor(() => expect(gate.clients(ROOM)).toEqual([]));
  });

  it('bounds the players of one address and those of it that wait, and gives places back', async () => {
    const { hub, gate, url } = await open({ waitMs: 300, maxWaitingPerAddress: 1, maxPerAddress: 2 });
    const waiting = fetch(`${url}?wait=1`);
    await vi.waitFor(() => expect(gate.clients(ROOM).length).toBe(1));
    expect((await fetch(`${url}?wait=1`)).status).toBe(404);
    expect((await waiting).status).toBe(404);
    writeAll(hub.publish(ROOM), media);
    const players = [await fetch(url), await fetch(url)];
    const refused = await fetch(url);
    expect([refused.status, refused.headers.get('retry-after'), await refused.json()]).toEqual([
      429,
      '5',
      { error: expect.objectContaining({ code: 'RATE_LIMITED' }) as unknown },
    ]);
    for (const player of players) await player.body?.cancel();
    await vi.waitFor(async () => {
      const again = await fetch(url);
      await again.body?.cancel();
      expect(again.status).toBe(200);
    });
  });

  it('counts the player’s bytes, and disconnects a kicked player', async () => {
    const { hub, gate, url } = await open();
    writeAll(hub.publish(ROOM), media);
    const response = await fetch(url);
    await vi.waitFor(() => expect(gate.clients(ROOM)[0]?.bytes).toBeGreaterThan(10_000));
    expect(gate.kick(ROOM, gate.clients(ROOM)[0]?.id)).toBe(1);
    await response.arrayBuffer().catch(() => undefined);
    await vi.waitFor(() => expect(gate.clients(ROOM)).toEqual([]));
  });

  it('continues when the publisher returns within the grace period', async () => {
    const { hub, wsUrl } = await open();
    const first = hub.publish(ROOM, { resumeGraceMs: 5000 });
    writeAll(first, media);
    const { tags, closed } = watch(wsUrl);
    await vi.waitFor(() => expect(tags.at(-1)?.dtsMs).toBeGreaterThan(1900));
    await first.close('lost');
    const second = hub.publish(ROOM);
    writeAll(second, media);
    await vi.waitFor(() => expect(tags.at(-1)?.dtsMs).toBeGreaterThan(3900));
    const times = tags.filter(({ kind }) => kind === 'video').map(({ dtsMs }) => dtsMs);
    expect(Math.max(...times.slice(1).map((time, index) => time - (times[index] ?? 0)))).toBeLessThan(120);
    await second.close('end', true);
    expect(await closed).toBe(1000);
  });
});

describe('FLV header', () => {
  const flagsOf = async (url: string) => {
    const abort = new AbortController();
    scope.defer(() => abort.abort());
    const response = await fetch(url, { signal: abort.signal });
    const read = await response.body?.getReader().read();
    return read?.value instanceof Uint8Array ? read.value[4] : undefined;
  };

  it.each([
    ['audio and video', () => media, 5],
    ['video only', () => media.filter(({ kind }) => kind !== 'audio'), 1],
    ['audio only', () => media.filter(({ kind }) => kind !== 'video'), 4],
  ])('announces %s', async (_what, tags, flags) => {
    const { hub, url } = await open();
    const publisher = hub.publish(ROOM);
    const asked = flagsOf(url);
    writeAll(publisher, tags());
    const more = setInterval(() => writeAll(publisher, tags().slice(-4), 40), 200);
    scope.defer(() => clearInterval(more));
    expect(await asked).toBe(flags);
  });

  it('waits briefly for the audio of a new stream that starts with video', async () => {
    const { hub, url } = await open({ batchMs: 10 });
    const publisher = hub.publish(ROOM);
    const asked = flagsOf(url);
    writeAll(publisher, media.filter(({ kind }) => kind === 'video').slice(0, 5)); // prettier-ignore
    await new Promise((resolve) => setImmediate(resolve));
    writeAll(publisher, media.filter(({ kind }) => kind === 'audio').slice(0, 9)); // prettier-ignore
    expect(await asked).toBe(5);
  });
});

describe('WS-FLV', () => {
  it('sends the same file in messages, identical for all players, and ends with a close frame', async () => {
    const { hub, gate, wsUrl, url } = await open();
    const publisher = hub.publish(ROOM);
    writeAll(publisher, media);
    const players = [watch(wsUrl), watch(wsUrl)];
    const http = fetch(url).then((response) => response.arrayBuffer());
    await vi.waitFor(() => expect(gate.players(ROOM)).toEqual({ wsFlv: 2, flv: 1 }));
    writeAll(publisher, media, 2000);
    await vi.waitFor(() => expect(players.every(({ tags }) => (tags.at(-1)?.dtsMs ?? 0) > 3900)).toBe(true));
    await publisher.close('end');
    expect(await Promise.all(players.map(({ closed }) => closed))).toEqual([1000, 1000]);
    const overHttp = new FlvParser().push(Buffer.from(await http));
    expect(overHttp.length).toBeGreaterThan(100);
    const shape = (tags: FlvTag[]) => tags.map(({ kind, dtsMs, body }) => `${kind} ${dtsMs} ${body.length}`);
    for (const { tags } of players) expect(shape(tags)).toEqual(shape(overHttp));
    await vi.waitFor(() => expect(gate.clients(ROOM)).toEqual([]));
  });

  it('rejects with an HTTP response', async () => {
    const { hub, wsUrl, at } = await open();
    hub.publish(ROOM);
    const rejection = (target: string) =>
      new Promise<[number, string]>((resolve) => {
        const ws = new WebSocket(target);
        ws.on('error', () => undefined).once('unexpected-response', (_request, response) => {
          let text = '';
          response
            .on('data', (chunk: Buffer) => (text += chunk.toString()))
            .on('end', () => {
              const { error } = JSON.parse(text) as { error: { code: string } };
              resolve([response.statusCode ?? 0, error.code]);
            });
        });
      });
    expect(await rejection(wsUrl.replace('room', 'none'))).toEqual([404, 'NOT_FOUND']);
    expect(await rejection(`${wsUrl}?token=none`)).toEqual([401, 'UNAUTHENTICATED']);
    expect(await rejection(`ws://${at}/room.m3u8`)).toEqual([404, 'NOT_FOUND']);
    expect(await rejection(`ws://${at}/%ff.flv`)).toEqual([400, 'BAD_REQUEST']);
  });

  it('answers pings of a player that reads', async () => {
    const { hub, wsUrl, gate } = await open();
    writeAll(hub.publish(ROOM), media);
    const { ws, tags } = watch(wsUrl);
    await vi.waitFor(() => expect(tags.length).toBeGreaterThan(50));
    const pong = new Promise((resolve) => ws.once('pong', resolve));
    ws.ping('x');
    await pong;
    gate.kick(ROOM, gate.clients(ROOM)[0]?.id);
    await new Promise((resolve) => ws.once('close', resolve));
  });
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes held by buffers. The amount of other garbage depends on the load of the machine. */
function heldBytes(): number {
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

describe('a slow player', () => {
  it('skips to a key frame and continues from there', async () => {
    const { hub, gate, port } = await open({ batchMs: 0, maxQueueBytes: 500_000 });
    const publisher = hub.publish(ROOM);
    writeAll(publisher, media);
    const socket = await stare(port);
    await vi.waitFor(() => expect(gate.clients(ROOM).length).toBe(1));
    // More than any kernel buffers.
    for (let turn = 1; turn <= 60; turn++) {
      writeAll(publisher, media, turn * 2000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const parser = new FlvParser();
    const tags: FlvTag[] = [];
    let isBody = false;
    socket.on('data', (chunk: Buffer) => {
      const bodyAt = isBody ? 0 : chunk.indexOf('\r\n\r\n') + 4;
      isBody = true;
      tags.push(...parser.push(Buffer.from(chunk.subarray(bodyAt))));
    });
    socket.resume();
    let turn = 61;
    await vi.waitFor(
      () => {
        writeAll(publisher, media, turn++ * 2000);
        expect(tags.at(-1)?.dtsMs).toBeGreaterThan(122_000);
      },
      { interval: 50 },
    );
    const video = tags.filter(({ kind, isConfig }) => kind === 'video' && !isConfig);
    const leap = video.findIndex(({ dtsMs }, index) => dtsMs - (video[index - 1]?.dtsMs ?? dtsMs) > 500);
    expect(leap).toBeGreaterThan(0);
    expect(video[leap]?.isKeyFrame).toBe(true);
  });

  it('that never reads costs only its queue, and is disconnected in bounded time', async () => {
    const { hub, gate, port } = await open({ stallMs: 300, batchMs: 0, maxQueueBytes: 1_000_000 });
    const publisher = hub.publish(ROOM);
    writeAll(publisher, media);
    await Promise.all(Array.from({ length: 20 }, () => stare(port)));
    await vi.waitFor(() => expect(gate.clients(ROOM).length).toBe(20));
    const before = heldBytes();
    let turn = 0;
    let peak = 0;
    await vi.waitFor(
      () => {
        writeAll(publisher, media, ++turn * 2000);
        peak = Math.max(peak, heldBytes() - before);
        expect(gate.clients(ROOM)).toEqual([]);
      },
      { interval: 20 },
    );
    // All twenty players queue the same shared buffers.
    expect(peak).toBeLessThan(20_000_000);
  });
});
