import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { BridgeSettings, Scope } from '@lianmai/kit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { StreamHub } from '../../hub/stream/index.js';
import { SrtCaller } from '../../media/protocols/srt/index.js';
import { encodeFlv, MemoryLog, openGate } from '../../testing/index.js';
import { createOriginServer } from '../http/index.js';
import { RtmpServer } from '../rtmp/index.js';
import { RtmpClient } from '../rtmp/testing/index.js';
import { SrtServerHost } from '../srt/index.js';
import { LISTENERS, type ListenerName } from './listeners.js';

const SOURCES = fileURLToPath(new URL('../..', import.meta.url));
/** Files that open a server or a bound socket, and which listener that is. Others are out of reach for clients, for the reason given. */
const OPENERS: Readonly<Record<string, readonly ListenerName[] | string>> = {
  'servers/http/createOriginServer.ts': ['http'],
  'servers/http/flv/wsFlv.ts': ['wsFlv'],
  'servers/rtmp/RtmpServer.ts': ['rtmp', 'rtmps'],
  'media/protocols/srt/udp.ts': ['srt'],
  'media/ffmpeg/InputSocket.ts': 'a socket file in a private folder, for our own FFmpeg',
  'pull/GuardedProxy.ts': 'on loopback, for our own FFmpeg',
  'pull/Relay.ts': 'on loopback, for our own FFmpeg',
  'media/rtp/RtpReceiver.ts': 'on the address of the SFU, for SSRCs that the server announced',
  'sfu/out/PacedSocket.ts': 'on the address of the SFU, for its reports',
};
const OPENS = /\b(createServer|createTlsServer|createSecureServer|createSocket|WebSocketServer)\(/;

let scope = new Scope();
afterEach(async () => {
  await scope.close('test ends');
  scope = new Scope();
});

const CAM = { app: 'live', name: 'cam' };
const shared = () => ({ hub: scope.own(new StreamHub()), gate: openGate(), log: new MemoryLog().log, port: 0, host: '127.0.0.1' });

async function openOrigin() {
  const parts = shared();
  const origin = scope.own(await createOriginServer({ ...parts, maxPerAddress: 1 }));
  const publisher = parts.hub.publish(CAM);
  for (const tag of await encodeFlv({ seconds: 1, size: '64x48', gop: 15 })) publisher.write(tag);
  return { url: `//127.0.0.1:${origin.port}/live/cam.flv`, port: origin.port };
}

function certificate() {
  const folder = mkdtempSync(join(tmpdir(), 'lianmai-rtmps-'));
  scope.defer(() => rmSync(folder, { recursive: true, force: true }));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-days', '2', '-keyout', key, '-out', cert];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  execFileSync('openssl', ['req', '-x509', '-nodes', ...kind, ...subject], { stdio: 'ignore' });
  return { port: 0, cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
}

/** A handshake, then the head of a message that is `bytes` long. */
async function sendLongMessage(socket: Socket, bytes: number): Promise<void> {
  socket.on('error', () => undefined).resume();
  scope.defer(() => void socket.destroy());
  const head = Buffer.from([3, 0, 0, 0, 0, 0, 0, 20, 0, 0, 0, 0]);
  head.writeUIntBE(bytes, 4, 3);
  socket.write(Buffer.concat([Buffer.from([3]), Buffer.alloc(2 * 1536), head]));
  await once(socket, 'close');
}

async function tryRtmp(): Promise<RtmpServer> {
  const parts = shared();
  parts.hub.publish(CAM);
  const server = scope.own(await RtmpServer.open({ ...parts, tls: certificate(), limits: { maxPerAddress: 1 } }));
  const [first, second] = [await RtmpClient.play(server.port, 'live', 'cam'), await RtmpClient.play(server.port, 'live', 'cam')];
  scope.defer(() => [first, second].forEach((client) => client.close()));
  await second.closed;
  expect([first.isClosed, second.codes]).toEqual([false, ['NetStream.Play.Failed']]);
  return server;
}

async function dial(port: number): Promise<string> {
  const socket = createSocket('udp4');
  const now = () => performance.now() * 1000;
  let settle: (how: string) => void = () => undefined;
  const settled = new Promise<string>((resolve) => (settle = resolve));
  const caller = await SrtCaller.create({
    streamId: '#!::r=live/cam,m=publish',
    direction: 'out',
    latencyMs: 120,
    passphrase: null,
    peerAddress: '127.0.0.1',
    now,
    send: (parts) => socket.send([...parts], port, '127.0.0.1'),
    onConnected: () => settle('connected'),
    onRefused: (rejection) => settle(rejection),
    onEnd: () => settle('ended'),
  });
  socket.on('message', (datagram) => caller.receive(datagram));
  const ticking = setInterval(() => caller.tick(), 10);
  scope.defer(() => {
    clearInterval(ticking);
    socket.close();
  });
  return settled;
}

/** Tries the bounds of each listener: places of one address, and the longest message before admission. */
const TRIALS: Readonly<Record<ListenerName, () => Promise<void>>> = {
  async http() {
    const { url, port } = await openOrigin();
    expect((await fetch(`http:${url}`)).status).toBe(200);
    expect((await fetch(`http:${url}`)).status).toBe(429);
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    socket.write(`GET / HTTP/1.1\r\nHost: h\r\nX-Long: ${'x'.repeat(LISTENERS.http.maxMessageBytes)}\r\n\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 431 /);
  },
  async wsFlv() {
    const { url } = await openOrigin();
    const first = new WebSocket(`ws:${url}`);
    await once(first, 'open');
    const second = new WebSocket(`ws:${url}`);
    const [error] = (await once(second, 'error')) as [Error];
    expect(error.message).toContain('429');
    first.send(Buffer.alloc(LISTENERS.wsFlv.maxMessageBytes + 1));
    await once(first, 'close');
  },
  async rtmp() {
    const { port } = await tryRtmp();
    await sendLongMessage(connect(port, '127.0.0.1'), LISTENERS.rtmp.maxMessageBytes + 1);
  },
  async rtmps() {
    const { tlsPort } = await tryRtmp();
    const open = () => connectTls({ port: tlsPort ?? 0, host: '127.0.0.1', rejectUnauthorized: false });
    await sendLongMessage(open(), LISTENERS.rtmps.maxMessageBytes + 1);
  },
  async srt() {
    const srt = scope.own(await SrtServerHost.open({ ...shared(), latencyMs: 120, logLevel: 'silent', maxPerAddress: 1 }));
    expect([await dial(srt.port), await dial(srt.port)]).toEqual(['connected', 'overload']);
    const long = createSocket('udp4');
    scope.defer(() => void long.close());
    const onAnswer = vi.fn();
    long.on('message', onAnswer);
    const induction = Buffer.alloc(64);
    induction.writeUInt32BE(0x80000000, 0);
    induction.writeUInt32BE(5, 16);
    induction.writeUInt32BE(1, 36);
    induction.writeUInt32BE(7, 40);
    const extension = Buffer.alloc(4 + LISTENERS.srt.maxMessageBytes);
    extension.writeUInt32BE(LISTENERS.srt.maxMessageBytes / 4, 0);
    long.send(Buffer.concat([induction, extension]), srt.port, '127.0.0.1');
    long.send(induction, srt.port, '127.0.0.1');
    await vi.waitFor(() => expect(onAnswer).toHaveBeenCalled());
    expect(onAnswer.mock.calls.length).toBe(1);
  },
};

describe('every listener', () => {
  const settings = BridgeSettings.parse({ serverUrl: 'http://127.0.0.1:3000', token: 'token' });
  const names = Object.keys(LISTENERS) as ListenerName[];

  it.each(names)('%s has a bound of bytes, of connections, and of one address', (name) => {
    const { settings: section, maxMessageBytes } = LISTENERS[name];
    const { maxConnections, maxPerAddress } = settings[section];
    expect([maxMessageBytes > 0, maxMessageBytes <= 64 * 1024]).toEqual([true, true]);
    expect([maxPerAddress > 0, maxPerAddress < maxConnections]).toEqual([true, true]);
  });

  it.each(names)('%s keeps to them', (name) => TRIALS[name]());

  it('is in the list', () => {
    const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' });
    const sources = files.filter((file) => /(?<!\.test)\.ts$/.test(file) && !/(^|\/)testing\//.test(file));
    const openers = sources.filter((file) => OPENS.test(readFileSync(join(SOURCES, file), 'utf8')));
    expect(openers.sort()).toEqual(Object.keys(OPENERS).sort());
    expect(
      Object.values(OPENERS)
        .flatMap((listeners) => (typeof listeners === 'string' ? [] : listeners))
        .sort(),
    ).toEqual(names.sort());
  });
});
