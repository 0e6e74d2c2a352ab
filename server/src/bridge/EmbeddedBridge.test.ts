import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BridgeSettings, createLog } from '@lianmai/kit';
import { expect, it, onTestFinished, vi } from 'vitest';
import { EmbeddedBridge } from './EmbeddedBridge.js';

/** Tells its environment over TCP and stays until the socket, or its stdin, ends. */
const SCRIPT = `
import { connect } from 'node:net';
const { BRIDGE_SETTINGS, LIANMAI_API_SECRET } = process.env;
const { serverUrl, token, origin, bridgeId } = JSON.parse(BRIDGE_SETTINGS);
const socket = connect(Number(new URL(serverUrl).port), '127.0.0.1');
socket.write(JSON.stringify({ pid: process.pid, token, originPort: origin.port, secret: LIANMAI_API_SECRET ?? null }));
if (bridgeId === 'stubborn') process.on('SIGTERM', () => {});
`;

interface Told {
  pid: number;
  token: string;
  originPort: number;
  secret: string | null;
}

async function start(behaviour: string) {
  const folder = await mkdtemp(join(tmpdir(), 'embedded-'));
  const entry = join(folder, 'main.mjs');
  await writeFile(entry, SCRIPT);
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const ended: string[] = [];
  const log = createLog('test', 'silent');
  const onError = vi.spyOn(log, 'error');
  let tokens = 0;
  const bridge = EmbeddedBridge.start({
    mintToken: () => `token ${(tokens += 1)}`,
    onEnded: (token) => ended.push(token),
    settings: BridgeSettings.parse({
      serverUrl: `http://127.0.0.1:${port}`,
      token: 'replaced',
      origin: { port: 8081 },
      bridgeId: behaviour,
    }),
    log,
    entry,
    endPatienceMs: 300,
  });
  onTestFinished(async () => {
    await bridge.close('test is over');
    server.close();
    await rm(folder, { recursive: true });
  });
  const next = async (): Promise<{ told: Told; socket: Socket }> => {
    const [socket] = (await once(server, 'connection')) as [Socket];
    socket.on('error', () => undefined);
    const [data] = (await once(socket, 'data')) as [Buffer];
    return { told: JSON.parse(data.toString()) as Told, socket };
  };
  return { bridge, ended, next, onError };
}

it('starts the bridge with its settings and without the server’s secret, and again when it is killed', async () => {
  process.env['LIANMAI_API_SECRET'] = 'only for the server';
  onTestFinished(() => {
    delete process.env['LIANMAI_API_SECRET'];
  });
  const { bridge, ended, next, onError } = await start('polite');
  const first = await next();
  expect(first.told).toEqual({ pid: bridge.pid, token: 'token 1', originPort: 8081, secret: null });
  const again = next();
  process.kill(first.told.pid, 'SIGKILL');
  const second = await again;
  expect(second.told).toMatchObject({ pid: bridge.pid, token: 'token 2' });
  expect(ended).toEqual(['token 1']);
  expect(onError.mock.lastCall?.[0]).toMatchObject({ waitMs: 0 });
  const over = once(second.socket, 'close');
  await bridge.close('enough');
  await over;
  expect([bridge.pid, ended]).toEqual([null, ['token 1', 'token 2']]);
});

it('insists when the bridge does not end', async () => {
  const { bridge, next } = await start('stubborn');
  const { socket } = await next();
  const over = once(socket, 'close');
  await bridge.close('enough');
  await over;
  expect(bridge.pid).toBeNull();
});
