import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import type { Socket } from 'node:net';
import { StreamClientsReply, WatchInfo, type StreamReply } from '@lianmai/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ffmpeg, System, until } from '../support/index.js';

const PICTURE = ['-re', '-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=15', '-f', 'lavfi', '-i', 'sine=r=48000'];
const CODING = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '15', '-pix_fmt', 'yuv420p', '-c:a', 'aac'];

let system: System;
const running: ChildProcess[] = [];
beforeAll(async () => (system = await System.start()));
afterAll(async () => {
  await system.stop();
});
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

/** FFmpeg that publishes until it is stopped or disconnected. */
function publish(format: 'flv' | 'mpegts', to: string): { ended: Promise<unknown>; stop(): void } {
  const child = spawn('ffmpeg', ['-nostdin', '-v', 'error', ...PICTURE, ...CODING, '-f', format, to], { stdio: 'ignore' });
  running.push(child);
  return { ended: once(child, 'exit'), stop: () => void child.kill('SIGKILL') };
}
const clients = async ({ id }: StreamReply) => StreamClientsReply.parse((await system.api('GET', `/streams/${id}/clients`)).body).clients;
const publisher = (stream: StreamReply) =>
  until('a publisher is connected', async () => (await clients(stream)).find(({ action }) => action === 'publish'));
const noPublisher = (stream: StreamReply) =>
  until('no publisher is connected', async () => (await clients(stream)).every(({ action }) => action !== 'publish'));
/** About the first second, as a player gets it. */
async function playBriefly(url: string, bytes = 60_000): Promise<{ status: number; body: Buffer }> {
  const abort = new AbortController();
  const response = await fetch(url, { signal: AbortSignal.any([abort.signal, AbortSignal.timeout(60_000)]) });
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
    parts.push(part);
    size += part.length;
    if (size >= bytes) break;
  }
  abort.abort();
  return { status: response.status, body: Buffer.concat(parts) };
}
/** The first bytes that come through a WebSocket. Written by hand, because Node 20 has no WebSocket client. */
async function firstFrame(url: string): Promise<string> {
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };
  const [, socket, head] = (await once(request(url, { headers }).end(), 'upgrade')) as [unknown, Socket, Buffer];
  const first = head.length > 0 ? head : ((await once(socket, 'data')) as [Buffer])[0];
  socket.destroy();
  return first.toString('latin1');
}
const onMainPort = (url: string) => url.replace(system.originUrl, system.url);

describe('a stream created by the API', () => {
  it('is published and played by its URLs as they are, on the origin’s port and on the main port', async () => {
    const stream = await system.createStream('first');
    publish('flv', stream.publish.rtmp);
    expect(await publisher(stream)).toMatchObject({ protocol: 'rtmp', ip: '127.0.0.1' });
    for (const url of [stream.play.flv, onMainPort(stream.play.flv)]) {
      const { status, body } = await playBriefly(url);
      expect([status, body.subarray(0, 3).toString()]).toEqual([200, 'FLV']);
    }
    expect(await firstFrame(onMainPort(stream.play.flv))).toContain('FLV');
    const watched = await until('the watch page knows', async () => {
      const info = WatchInfo.parse((await system.api('GET', '/watch/live/first')).body);
      return info.state === 'live' && info.video?.codec === 'h264' ? info : null;
    });
    expect(watched).toMatchObject({ audio: { codec: 'aac' }, video: { width: 320, height: 180 } });
  });

  it('cannot be published with a wrong key, nor under an unknown name', async () => {
    const stream = await system.createStream('second');
    for (const url of [`${stream.publish.rtmp}x`, stream.publish.rtmp.replace('/second', '/nobodys')]) {
      const [code] = (await publish('flv', url).ended) as [number];
      expect(code).not.toBe(0);
    }
    expect(await clients(stream)).toEqual([]);
  });

  it('loses its publisher when an operator kicks it, changes the key, or deletes the stream', async () => {
    const stream = await system.createStream('third');
    const kicked = publish('flv', stream.publish.rtmp);
    await publisher(stream);
    expect((await system.api('DELETE', `/streams/${stream.id}/publisher`)).status).toBe(204);
    await kicked.ended;
    const rotated = publish('flv', stream.publish.rtmp);
    await publisher(stream);
    const { body } = await system.api('POST', `/streams/${stream.id}/key`);
    await rotated.ended;
    expect(await publish('flv', stream.publish.rtmp).ended).not.toEqual([0, null]);
    const deleted = publish('flv', (body as StreamReply).publish.rtmp);
    await publisher(stream);
    expect((await system.api('DELETE', `/streams/${stream.id}`)).status).toBe(204);
    await deleted.ended;
  });

  it('plays only with a signature where it requires one', async () => {
    const stream = await system.createStream('signed', { playAccess: 'signed' });
    publish('flv', stream.publish.rtmp);
    await publisher(stream);
    expect((await playBriefly(stream.play.flv)).status).toBe(401);
    const { body } = await system.api('POST', `/streams/${stream.id}/play-urls`, { ttlSeconds: 60 });
    const { play } = body as { play: StreamReply['play'] };
    expect((await playBriefly(play.flv)).status).toBe(200);
    expect((await playBriefly(play.flv.replace(/sign=./, 'sign=x'))).status).toBe(401);
  });

  it('cannot be published from outside and by a room’s program at once', async () => {
    const stream = await system.createStream('show');
    const outside = publish('flv', stream.publish.rtmp);
    await publisher(stream);
    await until('the room cannot go live', async () => (await system.api('POST', '/rooms/show/live', {})).status === 409);
    outside.stop();
    await noPublisher(stream);
  });

  it.each(['', 'a-long-passphrase'])('is published and played over SRT, with the passphrase "%s"', async (srtPassphrase) => {
    const stream = await system.createStream(srtPassphrase ? 'secret' : 'clear', srtPassphrase ? { srtPassphrase } : {});
    publish('mpegts', stream.publish.srt);
    expect(await publisher(stream)).toMatchObject({ protocol: 'srt' });
    const picture = await ffmpeg(
      '-analyzeduration',
      '1000000',
      '-i',
      stream.play.srt,
      '-frames:v',
      '1',
      '-an',
      '-f',
      'rawvideo',
      '-pix_fmt',
      'gray',
      '-',
    );
    expect(picture.length).toBe(320 * 180);
  });
});
