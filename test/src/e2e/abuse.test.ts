import { connect } from 'node:net';
import { ErrorCode, requests, WireError, type RequestName } from '@lianmai/protocol';
import fc from 'fast-check';
import type { Browser } from 'playwright-core';
import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, RoomPage, System } from '../support/index.js';

const names = Object.keys(requests) as RequestName[];
/** The field names that handlers look for, so that objects get past the outermost check. */
const fields = [
  'participantId',
  'transportId',
  'producerId',
  'consumerId',
  'rtpParameters',
  'rtpCapabilities',
  'dtlsParameters',
  'source',
  'kind',
  'paused',
  'text',
  'nonce',
  'scene',
  'outputs',
  'url',
  'width',
  'height',
  'resume',
  'accept',
  'locked',
  'direction',
  'layout',
  'profile',
  'outputId',
  'bytes',
];
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom('camera', 'video', 'send', 'grid', 'x'.repeat(5000), '__proto__', -1, Number.POSITIVE_INFINITY, null),
);
const data = fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom(...fields), value, { maxKeys: 6 }));
// Without `leave`, which would end the connection that the next frames need; other tests cover it.
const frame = fc.oneof(
  { weight: 8, arbitrary: fc.record({ name: fc.constantFrom(...names.filter((name) => name !== 'leave')), data }) },
  { weight: 2, arbitrary: fc.jsonValue() },
);

describe('bad input', () => {
  let system: System;
  let browsers: Browser[];
  let host: RoomPage;
  let guest: RoomPage;
  let pid: number;

  beforeAll(async () => {
    [system, ...browsers] = await Promise.all([System.start(), launchBrowser('red'), launchBrowser('green')]);
    const [first, second] = browsers as [Browser, Browser];
    const token = await system.token('quiet', 'host', 'host', 'Host');
    host = await RoomPage.open(first, system, `/r/quiet?token=${token}`);
    await host.enter();
    guest = await RoomPage.join(second, system, { room: 'quiet', name: 'Guest' });
    await Promise.all([host.sees('Guest'), guest.sees('Host')]);
    pid = system.pid;
  });
  afterAll(async () => {
    await Promise.all((browsers ?? []).map((browser) => browser.close()));
    await system?.stop();
  });

  const connectAs = async (identity: string): Promise<Socket> => {
    const socket = io(system.url, {
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      auth: { token: await system.token('noise', identity, 'host') },
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    return socket;
  };

  it('gets typed errors for 6,000 signalling frames', async () => {
    const frames = fc.sample(frame, 6000);
    const answers: Record<string, number> = {};
    for (let start = 0; start < frames.length; start += 300) {
      const socket = await connectAs(`fuzzer-${start}`);
      await socket.timeout(5000).emitWithAck('request', { name: 'join', data: {} });
      const batch = frames.slice(start, start + 300).map(async (one) => {
        const answer = (await socket.timeout(60_000).emitWithAck('request', one)) as { ok: boolean; error?: unknown };
        const code = answer.ok ? 'ok' : WireError.parse(answer.error).code;
        answers[code] = (answers[code] ?? 0) + 1;
      });
      await Promise.all(batch);
      socket.disconnect();
    }
    expect(answers.INTERNAL ?? 0).toBe(0);
    expect(answers.BAD_REQUEST ?? 0).toBeGreaterThan(1000);
  });

  it('gets typed errors for 4,000 HTTP bodies', async () => {
    const paths = [
      '/rooms/x/tokens',
      '/rooms/x/live',
      '/rooms/x/live/outputs',
      '/lobby/x',
      '/rooms/%00/live',
      '/rooms/..%2f..%2fetc/live',
      '/nothing',
    ];
    const bodies = fc.sample(
      fc.tuple(
        fc.constantFrom(...paths),
        fc.constantFrom('POST', 'PATCH', 'DELETE', 'PUT'),
        fc.oneof(
          data.map((one) => JSON.stringify(one)),
          fc.string(),
        ),
      ),
      4000,
    );
    const statuses: Record<number, number> = {};
    for (let start = 0; start < bodies.length; start += 50) {
      await Promise.all(
        bodies.slice(start, start + 50).map(async ([path, method, body]) => {
          const response = await fetch(`${system.url}/api/v1${path}`, {
            method,
            body,
            headers: {
              'content-type': 'application/json',
              authorization: `Basic ${btoa('test-key:test-secret-that-is-long-enough-to-sign')}`,
            },
          });
          statuses[response.status] = (statuses[response.status] ?? 0) + 1;
          const text = await response.text();
          if (response.status >= 400) expect(ErrorCode.options).toContain((JSON.parse(text) as { error: { code: string } }).error.code);
        }),
      );
    }
    expect(Object.keys(statuses).filter((status) => Number(status) >= 500)).toEqual([]);
  });

  it('is cut off when it follows no protocol at all', async () => {
    const endings = fc.sample(fc.uint8Array({ minLength: 1, maxLength: 2000 }), 50).map(
      (bytes) =>
        new Promise<void>((resolve) => {
          const socket = connect(Number(new URL(system.url).port), '127.0.0.1', () => socket.end(bytes));
          socket
            .resume()
            .on('close', () => resolve())
            .on('error', () => resolve());
        }),
    );
    await Promise.all(endings);
    expect((await fetch(`${system.url}/healthz`)).status).toBe(200);
  });

  it('without a token is cut off, fills no log and delays nobody', async () => {
    const socket = await connectAs('witness');
    const before = system.output.length;
    const flood = Array.from({ length: 100 }, async (_, index) => {
      const attacker = io(index % 2 ? system.url : `${system.url}/bridge`, {
        transports: ['websocket'],
        reconnection: false,
        forceNew: true,
        auth: { token: 'x'.repeat(index % 3 ? 1000 : 100_000) },
      });
      await new Promise<void>((resolve) => {
        attacker.once('connect_error', () => resolve());
        attacker.once('disconnect', () => resolve());
        attacker.io.once('close', () => resolve());
      });
      attacker.disconnect();
    });
    const polling = Array.from({ length: 10 }, () =>
      fetch(`${system.url}/socket.io/?EIO=4&transport=polling`, { method: 'POST', body: '4\u001e'.repeat(2_500_000) }).then(
        ({ status }) => status,
        () => 0,
      ),
    );
    const delays: number[] = [];
    const done = Promise.all([...flood, ...polling]).then(() => 'done');
    while ((await Promise.race([done, new Promise((resolve) => setTimeout(resolve, 50))])) !== 'done') {
      const sentAt = performance.now();
      await socket.timeout(20_000).emitWithAck('request', { name: 'ping', data: {} });
      delays.push(performance.now() - sentAt);
    }
    socket.disconnect();
    expect(Math.max(...delays)).toBeLessThan(2000);
    expect(system.output.length - before).toBeLessThan(5000);
    for (const status of await Promise.all(polling)) expect([0, 400]).toContain(status);
  });

  it('harms neither the call in progress nor the process', async () => {
    await Promise.all([host.sees('Guest', 'camera', { frames: 20 }), guest.sees('Host', 'camera', { frames: 20 })]);
    expect(system.pid).toBe(pid);
    expect(system.output).not.toMatch(/unhandledRejection|uncaughtException/i);
    expect([...host.errors, ...guest.errors]).toEqual([]);
  });
});
