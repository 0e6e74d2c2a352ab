import { createServer, connect as connectTcp, type AddressInfo, type Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { ProgramInfo, StreamReply, WatchInfo, type Acknowledgement } from '@lianmai/protocol';
import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PATIENCE_MS, System, until } from '../support/index.js';

/** A small address space of this machine stands for other people's machines: every address of 127.0.0.0/8 counts by itself. */
const STRANGER = '127.0.0.66';

describe('strangers', () => {
  let system: System;
  let target: Server;
  let callsAtTarget = 0;
  const sockets: Socket[] = [];

  const askLobby = async (room: string) => {
    const body = JSON.stringify({ name: 'Stranger', role: 'host', deviceId: 'device-of-a-stranger' });
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${system.url}/api/v1/lobby/${room}`, { method: 'POST', headers, body });
    return (await response.json()) as { token: string };
  };

  async function connect(namespace: string, auth: Record<string, unknown>): Promise<Socket> {
    const socket = io(`${system.url}${namespace}`, { transports: ['websocket'], reconnection: false, forceNew: true, auth });
    sockets.push(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    return socket;
  }
  const codeOf = async (socket: Socket, name: string, data: unknown = {}) => {
    const answer = (await socket.timeout(PATIENCE_MS).emitWithAck('request', { name, data })) as Acknowledgement<unknown>;
    return answer.ok ? 'ok' : answer.error.code;
  };

  /** Sends an HTTP request from another address of this machine and returns the status line. */
  async function askFrom(localAddress: string, path: string, headers: string[], body = ''): Promise<string> {
    const socket = connectTcp({ host: '127.0.0.1', port: Number(new URL(system.url).port), localAddress });
    const method = body === '' ? 'GET' : 'POST';
    const all = ['Host: 127.0.0.1', 'Connection: close', `Content-Length: ${Buffer.byteLength(body)}`, ...headers];
    socket.write(`${[`${method} ${path} HTTP/1.1`, ...all].join('\r\n')}\r\n\r\n${body}`);
    return (await text(socket)).split('\r\n')[0] ?? '';
  }

  beforeAll(async () => {
    target = createServer((socket) => {
      callsAtTarget++;
      socket.destroy();
    });
    await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
    system = await System.start({ env: { OUTPUT_ALLOW_PRIVATE: 'false' } });
  });
  afterAll(async () => {
    for (const socket of sockets) socket.close();
    await system?.stop();
    target.close();
  });

  it('cannot make the server connect to private addresses, nor learn what is there', async () => {
    const socket = await connect('', { token: (await askLobby('scan')).token });
    expect(await codeOf(socket, 'join')).toBe('ok');
    const { port } = target.address() as AddressInfo;
    const urls = [
      `rtmp://127.0.0.1:${port}/live/key`,
      `rtmp://127.0.0.1:1/live/key`,
      'rtmp://169.254.169.254/live/key',
      'rtmp://[::1]/live/key',
    ];
    const outputs = [...urls.map((url) => ({ kind: 'rtmp', url })), { kind: 'srt', url: `srt://127.0.0.1:${port}` }];
    expect(await codeOf(socket, 'startLive', { outputs })).toBe('ok');
    const reasons = await until('every output has failed', async () => {
      const info = ProgramInfo.parse((await system.api('GET', '/rooms/scan/live')).body);
      return info.outputs.every(({ state }) => state === 'failed') && info.outputs.map(({ reason }) => reason);
    });
    expect(reasons).toHaveLength(outputs.length);
    expect(reasons[0]?.code).toBe('ADDRESS_FORBIDDEN');
    for (const reason of reasons) expect(reason).toEqual(reasons[0]);
    expect(callsAtTarget).toBe(0);
    expect(await codeOf(socket, 'stopLive')).toBe('ok');
  });

  it('cannot block the server with one request', async () => {
    expect((await fetch(`${system.url}/socket.io/?EIO=4&transport=polling`)).ok).toBe(false);
    const socket = await connect('', { token: (await askLobby('stall')).token });
    expect(await codeOf(socket, 'join')).toBe('ok');
    const told = new Promise((resolve) =>
      socket.on('event', ({ name, data }: { name: string; data: { code: string } }) => name === 'disconnecting' && resolve(data.code)),
    );
    const mix = Object.fromEntries(Array.from({ length: 80_000 }, (_, index) => [`p${index}:camera`, { gainDb: 0, muted: false }]));
    socket.emit('request', { name: 'updateLive', data: { mix } });
    expect(await told).toBe('TOO_LARGE');
    await until('the connection is closed', () => socket.disconnected);
  });

  it('cannot guess the API secret at speed, and keep nobody else out', async () => {
    const wrong = `Authorization: Basic ${Buffer.from('test-key:wrong').toString('base64')}`;
    const answers: string[] = [];
    for (let guess = 0; guess < 30; guess++) answers.push(await askFrom(STRANGER, '/api/v1/rooms', [wrong]));
    expect(answers[0]).toContain(' 401 ');
    expect(answers.at(-1)).toContain(' 429 ');
    expect((await system.api('GET', '/rooms')).status).toBe(200);
  });

  it('cannot act through somebody else’s browser', async () => {
    const body = JSON.stringify({ name: 'X', role: 'host', deviceId: 'device-of-a-stranger' });
    const post = (headers: string[]) => askFrom('127.0.0.1', '/api/v1/lobby/forged', headers, body);
    expect(await post(['Content-Type: text/plain'])).toContain(' 415 ');
    expect(await post(['Content-Type: application/json', 'Sec-Fetch-Site: cross-site', 'Origin: https://evil.example'])).toContain(' 403 ');
    expect(await post(['Content-Type: application/json'])).toContain(' 20');
  });

  it('are not taken for a bridge, and fill no log', async () => {
    const lines = () => system.output.split('\n').length;
    const before = lines();
    for (let attempt = 0; attempt < 40; attempt++) await expect(connect('/bridge', { token: 'guessed' })).rejects.toThrow();
    expect(lines() - before).toBeLessThan(10);
  });

  it('find nothing behind upgrades to nowhere', async () => {
    const upgrade = [
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    ];
    expect(await askFrom('127.0.0.1', '/nowhere', upgrade)).toContain(' 404 ');
  });

  it('learn nothing of a signed stream but its state', async () => {
    const signed = await system.createStream('secret', { title: 'The merger', playAccess: 'signed' });
    const asked = WatchInfo.parse((await (await fetch(`${system.url}/api/v1/watch/live/${signed.name}`)).json()) as unknown);
    expect(JSON.stringify(asked)).not.toContain('merger');
    expect(StreamReply.parse((await system.api('GET', `/streams/${signed.id}`)).body).title).toBe('The merger');
  });
});
