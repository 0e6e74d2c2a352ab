import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CONFIG_ERROR_STATUS, SPARE_BRIDGE_ARGUMENT, type BridgeProcessMessage } from '@lianmai/kit';
import { Server } from 'socket.io';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from './testing/index.js';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

function startSpare(): { child: ChildProcess; becomes: (kind: BridgeProcessMessage['kind']) => Promise<void> } {
  const child = fork(MAIN, [SPARE_BRIDGE_ARGUMENT], {
    execArgv: ['--conditions=source', '--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const told = new Set<string>();
  child.on('message', ({ kind }: BridgeProcessMessage) => told.add(kind));
  const becomes = async (kind: string) => {
    while (!told.has(kind)) await once(child, 'message');
  };
  return { child, becomes };
}

const accepts = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

async function setUp() {
  const http = createServer();
  await once(http.listen(0, '127.0.0.1'), 'listening');
  const hello = new Promise<{ token: unknown; data: unknown }>((resolve) => {
    new Server(http).of('/bridge').on('connection', (socket) => {
      socket.on('request', ({ data }: { data: unknown }, answer: (ack: object) => void) => {
        answer({ ok: true, data: { serverId: 'srv' } });
        resolve({ token: (socket.handshake.auth as { token: unknown }).token, data });
      });
    });
  });
  const dataDir = await mkdtemp(join(tmpdir(), 'spare-'));
  onTestFinished(async () => {
    http.close().closeAllConnections();
    await rm(dataDir, { recursive: true, force: true });
  });
  const settings = {
    ...{ serverUrl: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, token: 'secret-token', bridgeId: 'b1', host: '127.0.0.1' },
    ...{ origin: { port: await freePort() }, rtmp: { port: await freePort() }, srt: { port: 0 }, dataDir },
  };
  return { hello, settings };
}

it('opens no port as a spare, and is a bridge as soon as it has its settings', async () => {
  const { hello, settings } = await setUp();
  const { child, becomes } = startSpare();
  await becomes('prepared');
  expect(await accepts(settings.rtmp.port)).toBe(false);
  child.send(settings);
  expect(await hello).toMatchObject({ token: 'secret-token', data: { bridgeId: 'b1', ports: { rtmp: settings.rtmp.port } } });
  await becomes('serving');
  expect(await accepts(settings.rtmp.port)).toBe(true);
  const exited = once(child, 'exit');
  child.disconnect();
  expect(await exited).toEqual([0, null]);
});

it('takes settings that were sent before it was prepared', async () => {
  const { hello, settings } = await setUp();
  startSpare().child.send(settings);
  expect(await hello).toMatchObject({ data: { bridgeId: 'b1' } });
});

it('ends as a spare when its supervisor does, and for wrong settings', async () => {
  const [left, wrong] = [startSpare(), startSpare()];
  const exits = [once(left.child, 'exit'), once(wrong.child, 'exit')];
  await Promise.all([left.becomes('prepared'), wrong.becomes('prepared')]);
  left.child.disconnect();
  wrong.child.send({ token: 'alone' });
  expect(await Promise.all(exits)).toEqual([
    [0, null],
    [CONFIG_ERROR_STATUS, null],
  ]);
});
