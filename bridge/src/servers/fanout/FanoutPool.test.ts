import { Writable } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { flvFileHeader, FlvParser } from '../../media/formats/index.js';
import { StreamHub, type Reader } from '../../hub/stream/index.js';
import { MemoryLog } from '../../testing/index.js';
import type { Packed, Packer } from './fanoutContract.js';
import { FanoutPool } from './FanoutPool.js';
import { config, delta, frame, key, PACKER, sound } from './testing/media.js';

const LIMITS = { batchMs: 20, maxQueueBytes: 1_000_000, maxQueueMs: 10_000, stallMs: 1000 };
const BEGINNING = [frame(0, config), sound(0, 0), frame(0, key)];

function open({ packer = PACKER }: { packer?: Packer<Packed> } = {}) {
  const publisher = new StreamHub().publish({ app: 'live', name: 'room' });
  const { stream } = publisher;
  const createReader = vi.spyOn(stream, 'createReader');
  const fanouts = new FanoutPool({ ...LIMITS, name: 'test', packer, log: new MemoryLog().log });
  const join = () => {
    const written: Buffer[] = [];
    const socket = new Writable({
      write(chunk: Buffer, _encoding, done) {
        written.push(chunk);
        done();
      },
    });
    const sink = {
      socket,
      pick: ({ bytes }: Packed) => bytes,
      admission: { bytes: 0 },
      onEnd: vi.fn(),
      onStalled: vi.fn(),
      onError: vi.fn(),
    };
    const playback = fanouts.open(stream, sink);
    playback.start();
    const times = () =>
      new FlvParser()
        .push(Buffer.concat([flvFileHeader({ hasVideo: true, hasAudio: true }), ...written]))
        .filter(({ isConfig, kind }) => !isConfig && kind === 'video')
        .map(({ dtsMs }) => dtsMs);
    return { written, playback, times, sink };
  };
  return { publisher, fanouts, join, createReader };
}

describe('FanoutPool', () => {
  it('packs a batch once and hands the same buffer to every player', async () => {
    const { publisher, fanouts, join, createReader } = open();
    for (const tag of BEGINNING) publisher.write(tag);
    const players = [join(), join(), join()];
    await vi.waitFor(() => expect(players.every(({ written }) => written.length > 1)).toBe(true));
    for (const atMs of [66, 100, 133]) publisher.write(frame(atMs, delta));
    await vi.waitFor(() => expect(players.every(({ times }) => times().at(-1) === 133)).toBe(true));
    const [first, ...others] = players.map(({ written }) => written.at(-1));
    expect(others.every((bytes) => bytes === first)).toBe(true);
    expect([createReader.mock.calls.length, fanouts.playerCount, fanouts.queuedBytes]).toEqual([1, 3, 0]);
  });

  it('reports the error to its players when the stream can no longer be played', async () => {
    const { publisher, join, fanouts } = open();
    for (const tag of BEGINNING) publisher.write(tag);
    const { sink, times, playback } = join();
    await vi.waitFor(() => expect(times()).toEqual([0]));
    publisher.stream.end(new Error('no way'));
    await vi.waitFor(() => expect(sink.onError).toHaveBeenCalledWith(new Error('no way')));
    expect(sink.onEnd).not.toHaveBeenCalled();
    playback.leave();
    expect(fanouts.playerCount).toBe(0);
  });

  it('calls onEnd when the stream has ended and all bytes are sent', async () => {
    const { publisher, join } = open();
    for (const tag of BEGINNING) publisher.write(tag);
    const { sink, times } = join();
    await vi.waitFor(() => expect(times()).toEqual([0]));
    await publisher.close('end');
    await vi.waitFor(() => expect(sink.onEnd.mock.calls.length).toBe(1));
  });

  it('leaves no reader on a stream without players', async () => {
    const { publisher, join, createReader } = open();
    for (const tag of BEGINNING) publisher.write(tag);
    const players = [join(), join()];
    const close = vi.spyOn(createReader.mock.results[0]!.value as Reader, 'close');
    for (const { playback } of players) playback.leave();
    await vi.waitFor(() => expect(close).toHaveBeenCalled());
    const again = join();
    await vi.waitFor(() => expect(again.written.length).toBe(2));
  });

  it('disconnects a player that reads nothing, and no other', async () => {
    const { publisher, join } = open();
    for (const tag of BEGINNING) publisher.write(tag);
    const [stuck, other] = [join(), join()];
    stuck.sink.socket._write = () => undefined;
    await vi.waitFor(() => expect(stuck.sink.onStalled).toHaveBeenCalled());
    expect([other.sink.onStalled.mock.calls.length, other.times()]).toEqual([0, [0]]);
  });
});
