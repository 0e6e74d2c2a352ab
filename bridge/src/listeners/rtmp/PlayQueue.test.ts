import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { ChunkReader, makeTag, RTMP } from '../../formats/index.js';
import { PlayGroup, type Batch } from './PlayGroup.js';
import { PlayQueue } from './PlayQueue.js';
import { config, delta, key } from './testing/media.js';

/** Takes nothing until it is told to. */
class SlowSocket extends Duplex {
  readonly taken: Buffer[] = [];
  #callbacks: (() => void)[] = [];

  override _read(): void {
    return undefined;
  }

  override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
    this.taken.push(chunk);
    this.#callbacks.push(callback);
  }

  async drain(): Promise<void> {
    for (let next = this.#callbacks.shift(); next; next = this.#callbacks.shift()) {
      next();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Key frames and others, by their times. */
  get times(): string[] {
    const reader = new ChunkReader({ maxMessageBytes: 1_000_000, maxChunkStreams: 8 });
    reader.push(Buffer.from([2, 0, 0, 0, 0, 0, 4, RTMP.setChunkSize, 0, 0, 0, 0, 0, 0, 0xea, 0x60]));
    const names: Record<number, string> = { 0x17: 'K', 0x27: 'p' };
    return this.taken
      .flatMap((bytes) => reader.push(bytes))
      .map(({ body, timestampMs }) => `${body[1] === 0 ? 'C' : names[body[0] ?? 0]}${timestampMs}`);
  }
}

const frame = (at: number, body: readonly number[], bytes = 0) =>
  makeTag('video', at, Buffer.concat([Buffer.from(body), Buffer.alloc(bytes)]));

function open(limits: Partial<{ stallMs: number; maxQueueBytes: number; maxQueueMs: number }> = {}) {
  const socket = new SlowSocket();
  const admission = { bytes: 0 };
  const onDrained = vi.fn();
  const queue = new PlayQueue({
    socket: socket as unknown as Socket,
    admission,
    limits: { stallMs: 1000, maxQueueBytes: 1e6, maxQueueMs: 10_000, ...limits },
    onDrained,
  });
  const group = new PlayGroup();
  const play = (...tags: Parameters<typeof group.add>[0]) => {
    const batches: Batch[] = group.add(tags);
    for (const batch of batches) queue.push(batch, group);
  };
  return { socket, admission, queue, group, play, onDrained };
}

describe('PlayQueue', () => {
  it('starts with the configuration and the whole group of pictures, then goes on with the same buffers', async () => {
    const { socket, queue, group, play, admission } = open();
    group.add([frame(0, config), frame(0, key), frame(33, delta)]);
    queue.start(group);
    play(frame(66, delta), frame(100, key));
    await socket.drain();
    expect(socket.times).toEqual(['C0', 'K0', 'p33', 'p66', 'K100']);
    expect(socket.taken.at(-1)).toBe(group.batches[0]?.bytes);
    expect(admission.bytes).toBe(Buffer.concat(socket.taken).length);
    expect(queue.queuedBytes).toBe(0);
  });

  it('waits for a key frame when there is none to start with', async () => {
    const { socket, play, queue } = open();
    play(frame(0, delta));
    play(frame(33, config), frame(33, key));
    await socket.drain();
    expect(socket.times).toEqual(['C33', 'K33']);
    expect(queue.droppedTags).toBeGreaterThan(0);
  });

  it('moves a slow player on to the newest key frame, and keeps no more than the limit', async () => {
    const { socket, play, queue } = open({ maxQueueMs: 1000 });
    play(frame(0, config), frame(0, key, 300_000));
    for (let at = 100; at <= 5000; at += 100) play(frame(at, at % 500 === 0 ? key : delta, 1000));
    expect(queue.queuedBytes).toBeLessThan(330_000);
    await socket.drain();
    const [first, second, third] = socket.times.slice(1);
    expect([first, second]).toEqual(['K0', 'C4000']);
    expect(third).toBe('K4000');
    expect(socket.times.at(-1)).toBe('K5000');
    expect(queue.droppedTags).toBeGreaterThan(30);
  });

  it('knows who takes nothing, and does not take a pause for it', async () => {
    const { socket, play, queue, group } = open({ stallMs: 20 });
    play(frame(0, config), frame(0, key));
    await vi.waitFor(() => expect(queue.isStalled).toBe(true));
    await socket.drain();
    expect(queue.isStalled).toBe(false);
    queue.pause();
    play(frame(33, delta));
    queue.resume(group);
    await socket.drain();
    expect(socket.times.slice(2)).toEqual(['C0', 'K0', 'p33']);
  });

  it('says that it is drained when the rest has been taken', async () => {
    const { socket, play, queue, onDrained } = open();
    play(frame(0, config), frame(0, key, 300_000));
    play(frame(33, delta));
    queue.end();
    expect(onDrained).not.toHaveBeenCalled();
    await socket.drain();
    expect(onDrained).toHaveBeenCalledOnce();
    expect(socket.times.at(-1)).toBe('p33');
  });
});
