import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BridgeSettings, type EmbeddedBridgeSettings } from '@lianmai/kit';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { Welcome } from './messages.js';
import { Supervisor } from './Supervisor.js';

/** Both tell over TCP who they are and do what they are told there. They end with the socket, too, so that no test leaves them behind. */
const COMMON = `
import { connect } from 'node:net';
const tell = (port, value) => {
  const socket = connect(port, '127.0.0.1', () => socket.write(JSON.stringify({ pid: process.pid, ...value })));
  socket.on('close', () => process.exit(9));
  return socket;
};
process.on('disconnect', () => process.exit(8));
process.send({ kind: 'alive' });
setInterval(() => process.send({ kind: 'alive' }), 100);
`;
const SERVER = `${COMMON}
process.on('message', (message) => {
  if (message.kind === 'welcome') {
    const socket = tell(Number(process.argv[2]), { kind: 'server', welcome: message });
    socket.on('data', (data) => process.send(JSON.parse(data.toString())));
  }
  if (message.kind === 'end') process.exit(0);
  if (message.kind === 'bridgeEnded') tell(Number(process.argv[2]), { kind: 'bridgeEnded', bridgeId: message.bridgeId });
});
`;
const BRIDGE = `${COMMON}
const { BRIDGE_ID, LIANMAI_API_SECRET } = process.env;
process.once('message', (settings) => {
  process.send({ kind: 'serving' });
  if (settings.host === 'stubborn') process.on('SIGTERM', () => {});
  tell(Number(new URL(settings.serverUrl).port), { kind: 'bridge', settings, inherited: [BRIDGE_ID, LIANMAI_API_SECRET] });
});
`;

interface Told {
  kind: string;
  pid: number;
  welcome: Welcome;
  settings: BridgeSettings;
  bridgeId: string;
  inherited: unknown[];
  socket: Socket;
}

async function start() {
  const folder = await mkdtemp(join(tmpdir(), 'supervisor-'));
  const [serverEntry, bridgeEntry] = [join(folder, 'server.mjs'), join(folder, 'bridge.mjs')];
  await Promise.all([writeFile(serverEntry, SERVER), writeFile(bridgeEntry, BRIDGE)]);
  const told: Told[] = [];
  const waiting = new Set<() => void>();
  const listener = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (data) => {
      told.push({ ...(JSON.parse(data.toString()) as Told), socket });
      for (const look of waiting) look();
    });
  });
  await once(listener.listen(0, '127.0.0.1'), 'listening');
  const { port } = listener.address() as AddressInfo;
  const supervisor = new Supervisor({ serverEntry, bridgeEntry, args: [String(port)], refillMs: 50 });
  const ended = supervisor.untilEnded();
  onTestFinished(async () => {
    supervisor.end('test is over');
    supervisor.end('test is over');
    await ended;
    listener.close();
    await rm(folder, { recursive: true });
  });
  /** The `count`-th message of this kind. */
  const next = (kind: string, count = 1) =>
    new Promise<Told>((resolve) => {
      const look = () => {
        const found = told.filter((one) => one.kind === kind)[count - 1];
        if (found) resolve(found);
        if (found) waiting.delete(look);
      };
      waiting.add(look);
      look();
    });
  const settings = (change: Partial<BridgeSettings> = {}): EmbeddedBridgeSettings =>
    BridgeSettings.parse({ serverUrl: `http://127.0.0.1:${port}`, token: 'replaced', origin: { port: 8081 }, ...change });
  const tellSupervisor = (server: Told, message: object) => server.socket.write(JSON.stringify(message));
  return { supervisor, ended, next, settings, tellSupervisor };
}

const PATIENCE = { timeout: 60_000 };
const READY = { kind: 'ready', logLevel: 'silent' };

it('runs the bridge that the server asks for, with its settings and without the server’s secret, and again when it is killed', async () => {
  process.env['LIANMAI_API_SECRET'] = 'only for the server';
  process.env['BRIDGE_ID'] = 'always-the-same';
  onTestFinished(() => ['LIANMAI_API_SECRET', 'BRIDGE_ID'].forEach((name) => delete process.env[name]));
  const { supervisor, next, settings, tellSupervisor } = await start();
  const server = await next('server');
  tellSupervisor(server, { kind: 'runBridge', settings: settings(), hasSpare: false });
  const first = await next('bridge');
  expect(first).toMatchObject({ pid: supervisor.bridgePid, inherited: [null, null] });
  expect(first.settings).toMatchObject({ token: server.welcome.bridgeToken, origin: { port: 8081 } });
  process.kill(first.pid, 'SIGKILL');
  expect((await next('bridgeEnded')).bridgeId).toBe(first.settings.bridgeId);
  const second = await next('bridge', 2);
  expect(second.settings.bridgeId).not.toBe(first.settings.bridgeId);
  expect(second.settings.token).toBe(first.settings.token);
});

it('starts a server that was ready again, and keeps the bridge and the secrets meanwhile', async () => {
  const { next, settings, tellSupervisor } = await start();
  const server = await next('server');
  expect(server.welcome.bridgeSettings).toBeNull();
  tellSupervisor(server, { kind: 'runBridge', settings: settings(), hasSpare: false });
  const bridge = await next('bridge');
  tellSupervisor(server, READY);
  await new Promise((resolve) => setTimeout(resolve, 50));
  process.kill(server.pid, 'SIGKILL');
  const successor = await next('server', 2);
  expect(successor.welcome).toEqual({ ...server.welcome, bridgeSettings: settings() });
  tellSupervisor(successor, { kind: 'runBridge', settings: settings(), hasSpare: false });
  tellSupervisor(successor, READY);
  process.kill(successor.pid, 'SIGTERM');
  await next('server', 3);
  expect(() => process.kill(bridge.pid, 0)).not.toThrow();
});

it('replaces the bridge when the settings have changed', async () => {
  const { next, settings, tellSupervisor } = await start();
  const server = await next('server');
  tellSupervisor(server, { kind: 'runBridge', settings: settings(), hasSpare: false });
  const bridge = await next('bridge');
  tellSupervisor(server, { kind: 'runBridge', settings: settings({ host: '127.0.0.1' }), hasSpare: false });
  expect((await next('bridge', 2)).settings.host).toBe('127.0.0.1');
  expect(() => process.kill(bridge.pid, 0)).toThrow();
});

it('replaces a bridge that is frozen', async () => {
  const { next, settings, tellSupervisor } = await start();
  tellSupervisor(await next('server'), { kind: 'runBridge', settings: settings(), hasSpare: false });
  const bridge = await next('bridge');
  process.kill(bridge.pid, 'SIGSTOP');
  await next('bridge', 2);
  expect(() => process.kill(bridge.pid, 0)).toThrow();
});

const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

it('puts a spare process in the place of a bridge that has died, and starts the next spare', async () => {
  const { supervisor, ended, next, settings, tellSupervisor } = await start();
  tellSupervisor(await next('server'), { kind: 'runBridge', settings: settings(), hasSpare: true });
  const first = await next('bridge');
  const spare = await vi.waitUntil(() => supervisor.sparePid, PATIENCE);
  process.kill(first.pid, 'SIGKILL');
  const second = await next('bridge', 2);
  expect(second).toMatchObject({ pid: spare, inherited: [null, null] });
  expect(second.settings).toMatchObject({ token: first.settings.token, origin: { port: 8081 } });
  expect(second.settings.bridgeId).not.toBe(first.settings.bridgeId);
  const another = await vi.waitUntil(() => supervisor.sparePid, PATIENCE);
  expect([first.pid, second.pid]).not.toContain(another);
  supervisor.end('enough');
  await ended;
  await vi.waitUntil(() => !isRunning(another), PATIENCE);
});

it('starts a bridge as usual when the spare has died or none is wanted', async () => {
  const { supervisor, next, settings, tellSupervisor } = await start();
  const server = await next('server');
  tellSupervisor(server, { kind: 'runBridge', settings: settings(), hasSpare: true });
  const first = await next('bridge');
  const spare = await vi.waitUntil(() => supervisor.sparePid, PATIENCE);
  process.kill(spare, 'SIGKILL');
  await vi.waitUntil(() => supervisor.sparePid === null, PATIENCE);
  process.kill(first.pid, 'SIGKILL');
  const second = await next('bridge', 2);
  expect(second.pid).not.toBe(spare);
  await vi.waitUntil(() => supervisor.sparePid, PATIENCE);
  tellSupervisor(server, { kind: 'runBridge', settings: settings(), hasSpare: false });
  await vi.waitUntil(() => supervisor.sparePid === null, PATIENCE);
  process.kill(second.pid, 'SIGKILL');
  await next('bridge', 3);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(supervisor.sparePid).toBeNull();
});

it('ends with the code of a server that was never ready', async () => {
  const { ended, next } = await start();
  (await next('server')).socket.destroy();
  expect(await ended).toBe(9);
});

it('ends server and bridge in order, and insists when the bridge does not end', async () => {
  const { supervisor, ended, next, settings, tellSupervisor } = await start();
  const server = await next('server');
  tellSupervisor(server, { kind: 'runBridge', settings: settings({ host: 'stubborn' }), hasSpare: false });
  const bridge = await next('bridge');
  supervisor.end('enough');
  expect(await ended).toBe(0);
  for (const { pid } of [server, bridge]) expect(() => process.kill(pid, 0)).toThrow();
});
