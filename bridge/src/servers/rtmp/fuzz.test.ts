import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { Places, Scope } from '@lianmai/kit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { FanoutPool } from '../fanout/index.js';
import { makeTag } from '../../media/formats/index.js';
import { CLIENT_HELLO_BYTES, HANDSHAKE_BYTES } from '../../media/protocols/rtmp/index.js';
import { Gate } from '../../hub/gate/index.js';
import { StreamHub } from '../../hub/stream/index.js';
import { fuzzRuns } from '../../testing/fuzz/index.js';
import { MemoryLog } from '../../testing/index.js';
import { DEFAULT_LIMITS } from './rtmpLimits.js';
import { RTMP_PACKER } from './rtmpPacker.js';
import { RtmpSession, type RtmpSessionParts } from './RtmpSession.js';
import { config, delta, key } from './testing/media.js';
import { openServer, publishArgs, start } from './testing/server.js';

const scope = new Scope();
afterAll(() => scope.close('test ends'));

/** The first bytes of real encoders and players, which feed the sessions below. */
let captures: Buffer[] = [];
const CAPTURE_BYTES = 12_000;

/** Proxies between a program and the server, and records what the program sends. */
async function record(serverPort: number): Promise<{ port: number; bytes: () => Buffer }> {
  const pieces: Buffer[] = [];
  const proxy = createServer((near) => {
    const far = connect(serverPort, '127.0.0.1');
    near.on('data', (data) => pieces.push(data));
    for (const socket of [near, far]) socket.on('error', () => undefined);
    near.pipe(far).pipe(near);
  }).listen(0, '127.0.0.1');
  scope.defer(() => void proxy.close());
  await once(proxy, 'listening');
  return { port: (proxy.address() as AddressInfo).port, bytes: () => Buffer.concat(pieces) };
}

beforeAll(async () => {
  const { server, hub, gate } = await openServer(scope);
  const [publisher, player] = [await record(server.port), await record(server.port)];
  const address = (port: number) => `rtmp://127.0.0.1:${port}/live/cam?key=open-sesame`;
  start(scope, 'ffmpeg', publishArgs(address(publisher.port), { seconds: 20 }));
  await vi.waitFor(() => expect(publisher.bytes().length).toBeGreaterThan(CAPTURE_BYTES));
  expect(hub.streams.length).toBe(1);
  start(scope, 'ffmpeg', ['-v', 'error', '-t', '1', '-i', address(player.port), '-f', 'null', '-']);
  await vi.waitFor(() => expect(gate.players({ app: 'live', name: 'cam' })).toEqual({ rtmp: 1 }));
  captures = [publisher, player].map(({ bytes }) => bytes().subarray(0, CAPTURE_BYTES));
});

/** A socket without a network. */
class FakeSocket extends Duplex {
  readonly remoteAddress = '192.0.2.1';
  readonly remotePort = 1234;

  override _read(): void {
    return undefined;
  }

  override _write(_chunk: unknown, _encoding: string, callback: () => void): void {
    callback();
  }
}

const memory = new MemoryLog();
const hub = scope.own(new StreamHub());
const gate = new Gate({ authorise: () => Promise.resolve({ onTaken: 'takeover', resumeGraceMs: 0, srtPassphrase: null }) });
const publishers: RtmpSessionParts['publishers'] = new Map();
const fanouts = new FanoutPool({ ...DEFAULT_LIMITS, name: 'rtmp', packer: RTMP_PACKER, batchMs: 0, log: memory.log });
const places = new Places({ name: 'clients', total: 100, perAddress: 100 });

/** Keeps a stream for players. A publisher's takeover ends it. */
function keepOnAir(): void {
  if (hub.get({ app: 'live', name: 'cam' })) return;
  const publisher = hub.publish({ app: 'live', name: 'cam' });
  for (const body of [config, key, delta]) publisher.write(makeTag('video', 0, Buffer.from(body)));
}

/** Runs one session with these bytes, cut into pieces, to its end. */
async function feed(bytes: Buffer, pieceBytes: number): Promise<void> {
  keepOnAir();
  const socket = new FakeSocket();
  const session = new RtmpSession(
    socket as unknown as Socket,
    { gate, hub, fanouts, limits: DEFAULT_LIMITS, places, publishers, log: memory.log },
    { protocol: 'rtmp', onActive: () => undefined, onClosed: () => undefined },
  );
  for (let at = 0; at < bytes.length; at += pieceBytes) socket.push(bytes.subarray(at, at + pieceBytes));
  for (let turns = 0; turns < 20 && !socket.destroyed && socket.readableLength > 0; turns++) await turn();
  await turn();
  session.close('fed');
}

interface Mutation {
  kind: 'flip' | 'set' | 'insert' | 'remove' | 'repeat' | 'zero';
  at: number;
  length: number;
  value: number;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom('flip', 'set', 'insert', 'remove', 'repeat', 'zero'),
  at: fc.integer({ min: 0, max: 10_000 }).map((share) => share / 10_000),
  length: fc.integer({ min: 1, max: 40 }),
  value: fc.integer({ min: 0, max: 255 }),
});

/** `at` is a fraction of the bytes after the handshake, biased to the beginning, where the commands are. */
function mutate(capture: Buffer, mutations: readonly Mutation[]): Buffer {
  let bytes = Buffer.from(capture);
  const from = CLIENT_HELLO_BYTES + HANDSHAKE_BYTES;
  for (const { kind, at, length, value } of mutations) {
    const index = from + Math.floor(at ** 2 * (bytes.length - from));
    const part = bytes.subarray(index, index + length);
    if (kind === 'flip') bytes[index] = (bytes[index] ?? 0) ^ (1 << (value & 7));
    else if (kind === 'set') bytes[index] = value;
    else if (kind === 'zero') part.fill(value & 1 ? 0xff : 0);
    else {
      const middle = kind === 'insert' ? [Buffer.alloc(length, value)] : kind === 'repeat' ? [part, part] : [];
      const rest = kind === 'insert' ? bytes.subarray(index) : bytes.subarray(index + length);
      bytes = Buffer.concat([bytes.subarray(0, index), ...middle, rest]);
    }
  }
  return bytes;
}

const countConnected = (text: string) => text.match(/(publisher|player) connected/g)?.length ?? 0;
/** Runs per capture. */
const RUNS = fuzzRuns(4000);

describe('RTMP sessions with mutated captures of ffmpeg', { timeout: 60_000 + 10 * RUNS }, () => {
  it('accept the unmodified captures', async () => {
    for (const capture of captures) await feed(capture, 1000);
    expect(countConnected(memory.text)).toBe(2);
  });

  it(`end cleanly or continue,  ${2 * RUNS} times, and leak nothing`, async () => {
    memory.lines.length = 0;
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    let came = 0;
    for (const capture of captures) {
      await fc.assert(
        fc.asyncProperty(
          fc.array(mutation, { minLength: 1, maxLength: 6 }),
          fc.constantFrom(100, 400, 1400),
          async (mutations, pieceBytes) => {
            await feed(mutate(capture, mutations), pieceBytes);
            came += countConnected(memory.text);
            most = Math.max(most, process.memoryUsage().arrayBuffers - before);
            // Errors other than FormatError and LianmaiError are logged as broken connections or failures.
            expect(memory.lines.filter((line) => line.includes('broke') || line.includes('failed') || line.includes('cannot'))).toEqual([]);
            memory.lines.length = 0;
          },
        ),
        { numRuns: RUNS },
      );
    }
    expect(most).toBeLessThan(100e6);
    expect(came).toBeGreaterThan(RUNS / 5); // the others broke before they could publish or play
    expect(hub.streams.length).toBeLessThan(2);
    expect([fanouts.playerCount, publishers.size]).toEqual([0, 0]);
  });
});
