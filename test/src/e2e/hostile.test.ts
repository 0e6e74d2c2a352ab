import { randomBytes, randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect, type Socket } from 'node:net';
import { StreamClientsReply, type StreamReply } from '@lianmai/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askToPlay, HANDSHAKE_BYTES, sayHello } from '../bench/origin/rtmpPlay.js';
import type { Peer } from '../support/index.js';
import {
  BRIDGE,
  faultsOf,
  flvTags,
  livePicture,
  makeFixture,
  pause,
  probeStream,
  publishWith,
  rssMb,
  System,
  until,
} from '../support/index.js';

/** Every port allows 10 s for a request or a handshake; the rest is for a busy machine. */
const CUT_WITHIN_MS = 16_000;
/** A player that never reads is cut off 15 s after the kernel's buffers are full. */
const STALLED_WITHIN_MS = 60_000;
const NEVER_READING = 6;
const QUEUE_MB = 8;
const SLACK_MB = 48;

let system: System;
let steady: StreamReply;
let broadcaster: Peer;
const sockets: Socket[] = [];
beforeAll(async () => {
  system = await System.start();
  steady = await system.createStream('steady');
  broadcaster = publishWith(livePicture(), steady.publish.rtmp);
  await until('the stream is live', async () => (await fetch(steady.play.hls)).ok);
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await broadcaster.kill();
  await system.stop();
});

const bridgePid = () => system.children(BRIDGE)[0]?.pid ?? 0;
const portOf = (url: string) => Number(new URL(url.replace(/^\w+:/, 'http:')).port);

function open(port: number): { socket: Socket; cutAfterMs: Promise<number> } {
  const startedAt = performance.now();
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  const cutAfterMs = new Promise<number>((resolve) => socket.once('close', () => resolve(performance.now() - startedAt)));
  socket.on('error', () => undefined);
  return { socket, cutAfterMs };
}

/** Sends one byte at a time and never finishes. */
function drip(port: number, first: string | Buffer): Promise<number> {
  const { socket, cutAfterMs } = open(port);
  socket.resume().write(first);
  const timer = setInterval(() => socket.write('x'), 250);
  socket.once('close', () => clearInterval(timer));
  return cutAfterMs;
}

function silent(port: number, first?: Buffer): Promise<number> {
  const { socket, cutAfterMs } = open(port);
  socket.resume();
  if (first) socket.write(first);
  return cutAfterMs;
}

/** Announces a message of 16 MB after the handshake, and then sends it. */
function oversized(port: number): Promise<number> {
  const { socket, cutAfterMs } = open(port);
  sayHello(socket);
  let read = 0;
  socket.on('data', (chunk) => {
    if (read < HANDSHAKE_BYTES && read + chunk.length >= HANDSHAKE_BYTES) {
      socket.write(Buffer.concat([Buffer.alloc(1536), Buffer.from([3, 0, 0, 0, 0xff, 0xff, 0xff, 20, 0, 0, 0, 0])]));
      const timer = setInterval(() => socket.write(Buffer.concat(Array.from({ length: 4096 }, () => Buffer.alloc(129, 0xc3)))), 20);
      socket.once('close', () => clearInterval(timer));
    }
    read += chunk.length;
  });
  return cutAfterMs;
}

describe('hostile peers', () => {
  it('are cut off on every port when they are slow, silent or too big', async () => {
    const before = rssMb(bridgePid());
    const rtmp = portOf(system.rtmpUrl);
    const origin = portOf(system.originUrl);
    const site = portOf(system.url);
    const hello = Buffer.concat([Buffer.of(3), Buffer.alloc(1536)]);
    const cut = await Promise.all(
      Object.entries({
        rtmpSlow: drip(rtmp, Buffer.of(3)),
        rtmpSilent: silent(rtmp),
        rtmpHalfOpen: silent(rtmp, Buffer.concat([hello, Buffer.alloc(1536)])),
        rtmpOversized: oversized(rtmp),
        httpSlow: drip(origin, 'GET /live/steady.flv HTTP/1.1\r\nx-slow: '),
        httpSilent: silent(origin),
        siteSlow: drip(site, 'POST /rtc/v1/whip/?stream=steady HTTP/1.1\r\nx-slow: '),
        siteSilent: silent(site),
        httpOversized: silent(origin, Buffer.from(`GET /${'x'.repeat(200_000)} HTTP/1.1\r\n\r\n`)),
        webSocketSlow: drip(origin, 'GET /live/steady.flv HTTP/1.1\r\nupgrade: websocket\r\nconnection: upgrade\r\nx-slow: '),
      }).map(async ([who, cutAfterMs]) => [who, Math.round(await Promise.race([cutAfterMs, pause(60_000).then(() => Infinity)]))] as const),
    );
    console.log(`cut off after, ms: ${cut.map(([who, ms]) => `${who} ${ms}`).join(', ')}`);
    expect(cut.filter(([, ms]) => ms > CUT_WITHIN_MS)).toEqual([]);
    expect(rssMb(bridgePid()) - before).toBeLessThan(SLACK_MB);
  });

  it('cost no more than their queues may hold when they never read, and are cut off', async () => {
    const file = await makeFixture(
      'heavy.flv',
      ...['-f', 'lavfi', '-i', 'nullsrc=s=640x360:r=30:d=6,geq=random(1)*255:128:128', '-c:v', 'libx264', '-preset', 'ultrafast'],
      ...['-pix_fmt', 'yuv420p', '-g', '30', '-bf', '0', '-b:v', '12M', '-maxrate', '12M', '-bufsize', '6M', '-f', 'flv'],
    );
    const heavy = await system.createStream('heavy');
    const sender = publishWith(['-re', '-stream_loop', '-1', '-i', file, '-c', 'copy'], heavy.publish.rtmp);
    const players = async () =>
      StreamClientsReply.parse((await system.api('GET', `/streams/${heavy.id}/clients`)).body).clients.filter(
        ({ action }) => action === 'play',
      );
    await until('the heavy stream is live', async () => (await fetch(heavy.play.flv, { method: 'HEAD' })).ok);
    const before = rssMb(bridgePid());
    const upgrade =
      'connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
    for (let index = 0; index < NEVER_READING; index++) {
      for (const extra of ['', upgrade]) {
        const { socket } = open(portOf(system.originUrl));
        socket.pause().write(`GET /live/heavy.flv HTTP/1.1\r\nhost: x\r\n${extra}\r\n`);
      }
      const { socket } = open(portOf(system.rtmpUrl));
      sayHello(socket);
      socket.once(
        'readable',
        () =>
          void until('the handshake has arrived', () => socket.read(HANDSHAKE_BYTES) !== null).then(() =>
            askToPlay(socket, 'live', 'heavy'),
          ),
      );
    }
    const all = 3 * NEVER_READING;
    await until('all are playing', async () => (await players()).length === all);
    const startedAtMs = Date.now();
    let peak = before;
    await until(
      'all are cut off',
      async () => {
        peak = Math.max(peak, rssMb(bridgePid()));
        return (await players()).length === 0;
      },
      STALLED_WITHIN_MS,
      250,
    );
    await sender.kill();
    console.log(
      `${all} players that never read: all cut off after ${Date.now() - startedAtMs} ms, RSS grew by ${Math.round(peak - before)} MB at most`,
    );
    expect(peak - before).toBeLessThan(all * QUEUE_MB + SLACK_MB);
  });

  it('disturb nobody when they send 20,000 random datagrams to the SRT port', async () => {
    const watched = flvTags(steady.play.flv, 8);
    const socket = createSocket('udp4');
    const send = (bytes: Buffer) => socket.send(bytes, system.srtPort, '127.0.0.1');
    const before = rssMb(bridgePid());
    for (let sent = 0; sent < 20_000; sent++) {
      const bytes = randomBytes(randomInt(0, 1500));
      // Every second one looks like an SRT handshake or another control packet.
      if (sent % 2 === 0 && bytes.length > 8) bytes.writeUInt32BE(0x8000_0000 + (randomInt(0, 9) << 16), 0);
      send(bytes);
      if (sent % 200 === 199) await pause(20);
    }
    const tags = (await watched).filter(({ isConfig, kind }) => !isConfig && kind === 'video');
    const steps = tags.slice(1).map(({ timeMs }, index) => timeMs - (tags[index]?.timeMs ?? 0));
    const waits = tags.slice(1).map(({ arrivedAtMs }, index) => arrivedAtMs - (tags[index]?.arrivedAtMs ?? 0));
    console.log(
      `under noise: frames at most ${Math.round(Math.max(...waits))} ms apart, RSS ${Math.round(rssMb(bridgePid()) - before)} MB more`,
    );
    expect(tags.length).toBeGreaterThan(80);
    expect(Math.max(...steps)).toBeLessThan(150);
    expect(rssMb(bridgePid()) - before).toBeLessThan(SLACK_MB);
    socket.close();
    const stream = await system.createStream('after-noise');
    const publisher = publishWith(livePicture(), stream.publish.srt);
    const played = await until('SRT still works', () => probeStream(stream.play.srt, { seconds: 2 }));
    expect(faultsOf(played)).toEqual([]);
    await publisher.kill();
  });
});
