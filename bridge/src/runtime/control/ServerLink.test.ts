import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLog } from '@lianmai/kit';
import { LianmaiError } from '@lianmai/protocol';
import { Server } from 'socket.io';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { ServerLink, type ServerLinkService } from './ServerLink.js';

const HELLO = { bridgeId: 'here', programs: [] };
const service = { handlers: {}, hello: () => HELLO } as unknown as ServerLinkService;

let io: Server;
let url: string;
let serverId: string;
/** When the bridge knocked, on the monotonic clock. */
let attemptsAtMs: number[];
/** How often the server will still reject the token, and hello. */
let rejections: { token: number; hello: number };

beforeEach(async () => {
  const http = createServer();
  io = new Server(http, { serveClient: false });
  attemptsAtMs = [];
  serverId = 'first';
  rejections = { token: 0, hello: 0 };
  io.of('/bridge').use((_socket, next) => {
    attemptsAtMs.push(performance.now());
    next(rejections.token-- > 0 ? new Error('The token has expired.') : undefined);
  });
  io.of('/bridge').on('connection', (socket) => {
    socket.on('request', (_frame: unknown, reply: (answer: unknown) => void) => {
      if (rejections.hello-- > 0) reply({ ok: false, error: new LianmaiError('BAD_REQUEST').toWire() });
      else reply({ ok: true, data: { serverId } });
    });
  });
  await once(http.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});
afterEach(() => io.close());

function connect(): ServerLink {
  const link = new ServerLink({ url, token: 'token', orphanMs: 60_000, log: createLog('test', 'silent') });
  onTestFinished(() => link.close());
  link.serve(service);
  return link;
}

it.each(['token', 'hello'] as const)(
  'waits longer and longer while the server rejects its %s, and comes back once accepted',
  async (what) => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    onTestFinished(() => void vi.restoreAllMocks());
    rejections[what] = 3;
    await once(connect(), 'connected');
    expect(attemptsAtMs).toHaveLength(4);
    const waits = attemptsAtMs.slice(1).map((atMs, index) => atMs - (attemptsAtMs[index] ?? 0));
    expect(waits[0]).toBeGreaterThan(450);
    expect(waits[1]).toBeGreaterThan(950);
    expect(waits[2]).toBeGreaterThan(1900);
  },
);

it('tells a server that was started again from one that is back', async () => {
  const link = connect();
  const onReplaced = vi.fn();
  link.on('serverReplaced', onReplaced);
  for (const [id, times] of [
    ['first', 0],
    ['first', 0],
    ['second', 1],
  ] as const) {
    serverId = id;
    const connected = once(link, 'connected');
    io.of('/bridge').disconnectSockets(true);
    await connected;
    expect(onReplaced).toHaveBeenCalledTimes(times);
  }
});

it('is back soon when the server hangs up on a bridge that it had accepted', async () => {
  const link = connect();
  await once(link, 'connected');
  const back = once(link, 'connected');
  const hungUpAtMs = performance.now();
  io.of('/bridge').disconnectSockets(true);
  await back;
  expect(attemptsAtMs).toHaveLength(2);
  expect((attemptsAtMs[1] ?? 0) - hungUpAtMs).toBeLessThan(5000);
});
