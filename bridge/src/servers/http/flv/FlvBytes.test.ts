import { Writable } from 'node:stream';
import { expect, it, vi } from 'vitest';
import { FanoutPool } from '../../fanout/index.js';
import { makeTag } from '../../../media/formats/index.js';
import { StreamHub } from '../../../hub/stream/index.js';
import { MemoryLog } from '../../../testing/index.js';
import { FLV_PACKER, type FlvBytes, type FlvFraming } from './FlvBytes.js';

const LIMITS = { batchMs: 20, maxQueueBytes: 1_000_000, maxQueueMs: 10_000, stallMs: 1000 };
const picture = (dtsMs: number, isKeyFrame: boolean) =>
  makeTag('video', dtsMs, Buffer.from([isKeyFrame ? 0x17 : 0x27, 1, 0, 0, 0, dtsMs & 0xff]));
const CONFIG = makeTag('video', 0, Buffer.from([0x17, 0, 0, 0, 0]));
const SOUND = makeTag('audio', 0, Buffer.from([0xaf, 0]));

it('joins a batch once, and sends the same buffer to every player with the same framing', async () => {
  const publisher = new StreamHub().publish({ app: 'live', name: 'room' });
  const { stream } = publisher;
  for (const tag of [CONFIG, SOUND, picture(0, true), picture(33, false)]) publisher.write(tag);
  const fanouts = new FanoutPool<FlvBytes>({ ...LIMITS, name: 'flv', packer: FLV_PACKER, log: new MemoryLog().log });
  const join = (framing: FlvFraming) => {
    const written: Buffer[] = [];
    const socket = new Writable({
      write(chunk: Buffer, _encoding, done) {
        written.push(chunk);
        done();
      },
    });
    const admission = { bytes: 0 };
    const pick = (packed: FlvBytes) => packed[framing];
    const sink = { socket, pick, admission, onEnd: vi.fn(), onStalled: vi.fn(), onError: vi.fn() };
    fanouts.open(stream, sink).start();
    return { written, admission };
  };
  const players = [join('chunk'), join('chunk'), join('frame'), join('frame')];
  const { stats } = fanouts.of(stream);
  await vi.waitFor(() => expect(players.every(({ written }) => written.length > 1)).toBe(true));
  const before = stats.batches;
  for (const dtsMs of [66, 100, 133]) publisher.write(picture(dtsMs, false));
  await vi.waitFor(() => expect(stats.batches).toBeGreaterThan(before));
  const [first, second, third, fourth] = players.map(({ written }) => written.at(-1));
  expect(stats.batches - before).toBe(1);
  expect(second).toBe(first);
  expect(fourth).toBe(third);
  expect(third?.subarray(2).equals(first?.subarray(4, -2) ?? Buffer.alloc(0))).toBe(true);
  expect(players[0]?.admission.bytes).toBe(players[0]?.written.reduce((sum, { length }) => sum + length, 0));
});
