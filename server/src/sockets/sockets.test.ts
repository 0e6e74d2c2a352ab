import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket as NetSocket } from 'node:net';
import { LianmaiError } from '@lianmai/protocol';
import { io, type Socket } from 'socket.io-client';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { NetworkLimits } from './NetworkLimits.js';
import { bytesOf, PAGE, RefusalLog, SocketServer, UPLOADING_PAGE, type Allowance } from './index.js';
import { TokenBucket } from './TokenBucket.js';

const OPEN = { burst: 1e9, perSecond: 1e9 };

async function start({ allowance = PAGE, isSlow = false }: { allowance?: Allowance; isSlow?: boolean } = {}) {
  const http = createServer();
  const server = new SocketServer({ addressOf: ({ socket }) => socket.remoteAddress ?? '' });
  server.attach(http);
  const heard: { frame: unknown; bytes: number }[] = [];
  const exceeded: string[] = [];
  server.serve<string>('/', {
    admit: ({ token }) => {
      if (isSlow) return new Promise(() => undefined);
      if (token !== 'right') throw new LianmaiError('UNAUTHENTICATED');
      return token;
    },
    allowance: () => allowance,
    connect: (socket) => {
      socket.on('request', (frame: unknown, reply?: () => void) => {
        heard.push({ frame, bytes: bytesOf(frame) });
        reply?.();
      });
      return ({ code }) => {
        exceeded.push(code);
        socket.emit('event', code);
        socket.disconnect(true);
      };
    },
  });
  await once(http.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => server.close());
  const { port } = http.address() as AddressInfo;
  const open = (token = 'right'): Socket => {
    const socket = io(`http://127.0.0.1:${port}`, { auth: { token }, transports: ['websocket'], reconnection: false, forceNew: true });
    onTestFinished(() => void socket.disconnect());
    return socket;
  };
  return { port, open, heard, exceeded };
}
const next = (socket: Socket, event: string) => new Promise<unknown>((resolve) => socket.once(event, resolve));

/** A WebSocket by hand: what no library would send. */
async function rawSocket(port: number): Promise<NetSocket> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.write(
    'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  await once(socket, 'data');
  socket.resume().on('error', () => undefined);
  return socket;
}
/** Masked with zeros. */
function frame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head = length < 126 ? Buffer.from([0x80 | opcode, 0x80 | length]) : Buffer.alloc(14);
  if (length >= 126) {
    head.set([0x80 | opcode, 0x80 | 127]);
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([head, length < 126 ? Buffer.alloc(4) : Buffer.alloc(0), payload]);
}

describe('a connection before its token has been checked', () => {
  it('is cut off after 16 kB, whatever they are', async () => {
    const { port } = await start();
    for (const message of [frame(1, Buffer.alloc(100_000, '4')), frame(2, Buffer.alloc(100_000)), Buffer.alloc(100_000)]) {
      const socket = await rawSocket(port);
      const closed = once(socket, 'close');
      socket.write(message);
      await closed;
    }
  });

  it('is cut off after a few messages or pings, and does not open a second namespace', async () => {
    const { port } = await start({ isSlow: true });
    for (const message of [frame(9, Buffer.alloc(0)), frame(1, Buffer.from('40/nowhere,{}'))]) {
      const socket = await rawSocket(port);
      const closed = once(socket, 'close');
      socket.write(Buffer.concat(Array.from({ length: 20 }, () => message)));
      await closed;
    }
  });

  it('is closed after a refusal, with the reason', async () => {
    const { open } = await start();
    const socket = open('wrong');
    const closed = new Promise((resolve) => socket.io.engine.once('close', resolve));
    expect(await next(socket, 'connect_error')).toMatchObject({ data: { code: 'UNAUTHENTICATED' } });
    await closed;
  });
});

describe('a connection with a token', () => {
  it('knows how large each request was on the wire', async () => {
    const { open, heard } = await start({ allowance: UPLOADING_PAGE });
    const socket = open();
    await socket.emitWithAck('request', { name: 'a', data: 'x'.repeat(1000) });
    await socket.emitWithAck('request', { name: 'b', data: new Uint8Array(100_000) });
    await socket.emitWithAck('request', { name: '字' });
    expect(heard.map(({ bytes }) => bytes)).toEqual([expect.closeTo(1040, -2), expect.closeTo(100_080, -2), expect.closeTo(30, -1.5)]);
  });

  it.each([
    ['a text that is too large', { ...PAGE, maxTextBytes: 100 }, 'TOO_LARGE', 1, 'x'.repeat(200)],
    ['attached bytes where none may be', PAGE, 'TOO_LARGE', 1, new Uint8Array(10)],
    ['too many bytes', { ...PAGE, bytes: { burst: 5000, perSecond: 0 } }, 'RATE_LIMITED', 10, 'x'.repeat(1000)],
    ['too many messages', { ...PAGE, bytes: OPEN, messages: { burst: 20, perSecond: 0 } }, 'RATE_LIMITED', 40, ''],
  ])('is told why and closed after %s; what was too much is not decoded', async (_what, allowance, code, times, data) => {
    const { open, heard, exceeded } = await start({ allowance });
    const socket = open();
    await next(socket, 'connect');
    const [told, closed] = [next(socket, 'event'), next(socket, 'disconnect')];
    for (let index = 0; index < times; index++) socket.emit('request', { name: 'x', data });
    expect(await told).toBe(code);
    await closed;
    expect(exceeded).toEqual([code]);
    expect(heard.length).toBeLessThan(Math.max(1, times));
  });
});

describe('limits by network', () => {
  it('bound connections without a token, all open ones, and attempts', async () => {
    const limits = new NetworkLimits();
    const take = async (count: number, network: string) => {
      const places = await Promise.all(Array.from({ length: count }, () => limits.take(network)));
      return places.filter((place) => place !== null);
    };
    const places = await take(300, 'a');
    expect(places).toHaveLength(200);
    expect(await take(1, 'b')).toHaveLength(1);
    for (let index = 1; index < 5; index++) {
      for (const place of places) place.admitted();
      places.push(...(await take(200, 'a')));
    }
    for (const place of places) place.admitted();
    expect(places).toHaveLength(1000);
    expect(await take(1, 'a')).toEqual([]);
    for (const place of [...places, ...places]) place.closed();
    // All its attempts of these seconds are used up.
    expect(await take(1, 'a')).toEqual([]);
    expect(await take(201, 'b')).toHaveLength(199);
  });

  it('answer an upgrade beyond them with an error', async () => {
    const { open } = await start({ isSlow: true });
    const sockets = Array.from({ length: 201 }, () => open());
    const errors = await Promise.race(sockets.map((socket) => next(socket, 'connect_error')));
    expect(errors).toBeInstanceOf(Error);
  });
});

describe('a token bucket', () => {
  it('lets its burst through at once, then its rate', () => {
    let now = 0;
    const bucket = new TokenBucket({ burst: 10, perSecond: 5 }, () => now);
    expect([bucket.take(10), bucket.take(1)]).toEqual([true, false]);
    now = 1000;
    expect([bucket.take(5), bucket.take(1)]).toEqual([true, false]);
    now = 100_000;
    expect([bucket.take(10), bucket.take(1)]).toEqual([true, false]);
  });
});

describe('a log of refusals', () => {
  it('writes the first of each key at once, and the rest of its window as one line', () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const lines: [Record<string, unknown>, string][] = [];
    const log = new RefusalLog((...line) => void lines.push(line), 60_000);
    for (let index = 0; index < 5000; index++) log.note('a', { code: 'X' }, 'refused');
    log.note('b', {}, 'refused');
    expect(lines).toEqual([
      [{ code: 'X' }, 'refused'],
      [{}, 'refused'],
    ]);
    vi.advanceTimersByTime(60_000);
    expect(lines.slice(2)).toEqual([[{ code: 'X', key: 'a', repeats: 4999, withinMs: 60_000 }, 'refused, repeatedly']]);
    log.note('a', {}, 'refused');
    expect(lines).toHaveLength(4);
  });

  it('counts the keys beyond the first thousand as one', () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    let lines = 0;
    const log = new RefusalLog(() => void (lines += 1));
    for (let index = 0; index < 100_000; index++) log.note(String(index), {}, 'refused');
    expect(lines).toBe(1001);
  });
});
