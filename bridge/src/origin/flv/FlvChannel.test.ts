import { Writable } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { FlvParser, makeTag } from '../../formats/index.js';
import { StreamHub } from '../../stream/index.js';
import type { Shape } from './Batch.js';
import { FlvChannel } from './FlvChannel.js';

const LIMITS = { batchMs: 20, maxQueueBytes: 1_000_000, maxQueueMs: 10_000, stallMs: 1000 };
const picture = (dtsMs: number, isKeyFrame: boolean) =>
  makeTag('video', dtsMs, Buffer.from([isKeyFrame ? 0x17 : 0x27, 1, 0, 0, 0, dtsMs & 0xff]));
const CONFIG = makeTag('video', 0, Buffer.from([0x17, 0, 0, 0, 0]));
const SOUND = makeTag('audio', 0, Buffer.from([0xaf, 0]));

function open() {
  const hub = new StreamHub();
  const publisher = hub.publish({ app: 'live', name: 'room' });
  const close = vi.fn();
  const channel = new FlvChannel(() => ({ stream: publisher.stream, close }), LIMITS);
  const join = (shape: Shape) => {
    const written: Buffer[] = [];
    const socket = new Writable({ write: (chunk: Buffer, _encoding, done) => (written.push(chunk), done()) });
    const admission = { bytes: 0 };
    const leave = channel.join({ socket, shape, admission, finish: () => undefined }, () => undefined);
    return { written, admission, leave };
  };
  return { publisher, channel, join, close };
}

describe('a channel', () => {
  it('joins a batch once and hands the same buffer to every player', async () => {
    const { publisher, channel, join } = open();
    for (const tag of [CONFIG, SOUND, picture(0, true), picture(33, false)]) publisher.write(tag);
    const players = [join('chunk'), join('chunk'), join('frame'), join('frame')];
    await vi.waitFor(() => expect(players.every(({ written }) => written.length > 1)).toBe(true));
    const before = channel.stats.batches;
    for (const dtsMs of [66, 100, 133]) publisher.write(picture(dtsMs, false));
    await vi.waitFor(() => expect(channel.stats.batches).toBeGreaterThan(before));
    const [first, second, third, fourth] = players.map(({ written }) => written.at(-1));
    expect(channel.stats.batches - before).toBe(1);
    expect(second).toBe(first);
    expect(fourth).toBe(third);
    expect(third?.subarray(2).equals(first?.subarray(4, -2) ?? Buffer.alloc(0))).toBe(true);
    expect(players[0]?.admission.bytes).toBe(players[0]?.written.reduce((sum, { length }) => sum + length, 0));
  });

  it('goes on with another rendition when the first one does not fit any more', async () => {
    const { publisher } = open();
    for (const tag of [CONFIG, SOUND, picture(0, true)]) publisher.write(tag);
    const changed = new AbortController();
    const opened = vi.fn(() => ({ stream: publisher.stream, changed: changed.signal, close: () => undefined }));
    const channel = new FlvChannel(opened, LIMITS);
    const finish = vi.fn();
    const parser = new FlvParser();
    const times: number[] = [];
    const write = (chunk: Buffer, _encoding: unknown, done: () => void) => {
      times.push(...parser.push(chunk).filter(({ isConfig, kind }) => !isConfig && kind === 'video').map(({ dtsMs }) => dtsMs)); // prettier-ignore
      done();
    };
    channel.join({ socket: new Writable({ write }), shape: 'bytes', admission: { bytes: 0 }, finish }, () => undefined);
    await vi.waitFor(() => expect(times).toEqual([0]));
    opened.mockReturnValue({ stream: publisher.stream, changed: new AbortController().signal, close: () => undefined });
    changed.abort(new Error('other codecs'));
    await vi.waitFor(() => expect(opened.mock.calls.length).toBe(2));
    for (const tag of [picture(33, false), picture(66, true), picture(100, false)]) publisher.write(tag);
    await vi.waitFor(() => expect(times).toEqual([0, 66, 100]));
    await publisher.close('end');
    await vi.waitFor(() => expect(finish.mock.calls.length).toBe(1));
  });

  it('costs nothing without players: the stream has no reader left', async () => {
    const { publisher, join, close } = open();
    for (const tag of [CONFIG, SOUND, picture(0, true)]) publisher.write(tag);
    const players = [join('bytes'), join('bytes')];
    await vi.waitFor(() => expect(publisher.stream.readerCount).toBe(1));
    for (const { leave } of players) leave();
    await vi.waitFor(() => expect([publisher.stream.readerCount, close.mock.calls.length]).toEqual([0, 1]));
    const again = join('bytes');
    await vi.waitFor(() => expect(again.written.length).toBe(2));
  });
});
