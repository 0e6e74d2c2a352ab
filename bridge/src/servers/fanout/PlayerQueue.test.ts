import { Writable } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { flvFileHeader, FlvParser, type FlvTag } from '../../media/formats/index.js';
import type { Packed, PlayerLimits } from './fanoutContract.js';
import { GopCache } from './GopCache.js';
import { PlayerQueue } from './PlayerQueue.js';
import { config, delta, frame, key, PACKER } from './testing/media.js';

/** Completes no write until told to. */
class SlowSocket extends Writable {
  readonly taken: Buffer[] = [];
  #callbacks: (() => void)[] = [];

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

  /** Frame types with their times. */
  get times(): string[] {
    const names: Record<number, string> = { 0x17: 'K', 0x27: 'p' };
    return new FlvParser()
      .push(Buffer.concat([flvFileHeader({ hasVideo: true, hasAudio: true }), ...this.taken]))
      .map(({ body, dtsMs, isConfig }) => `${isConfig ? 'C' : names[body[0] ?? 0]}${dtsMs}`);
  }
}

function open(limits: Partial<PlayerLimits> = {}) {
  const socket = new SlowSocket();
  const admission = { bytes: 0 };
  const onEnd = vi.fn();
  const sink = { socket, pick: ({ bytes }: Packed) => bytes, admission, onEnd, onStalled: vi.fn(), onError: vi.fn() };
  const player = new PlayerQueue<Packed>(sink, { stallMs: 1000, maxQueueBytes: 1e6, maxQueueMs: 10_000, ...limits });
  const cache = new GopCache(PACKER);
  player.attach(cache);
  const play = (...tags: FlvTag[]) => {
    for (const batch of cache.add(tags)) player.push(batch);
  };
  return { socket, admission, player, cache, play, onEnd };
}

describe('PlayerQueue', () => {
  it('starts with the configs and the whole GOP, then continues with shared buffers', async () => {
    const { socket, player, cache, play, admission } = open();
    expect([...cache.add([frame(0, config), frame(0, key), frame(33, delta)])].length).toBe(2);
    player.start();
    play(frame(66, delta), frame(100, key));
    await socket.drain();
    expect(socket.times).toEqual(['C0', 'K0', 'p33', 'p66', 'K100']);
    expect(socket.taken.at(-1)).toBe(cache.entry(true).at(-1)?.packed.bytes);
    expect(admission.bytes).toBe(Buffer.concat(socket.taken).length);
    expect(player.queuedBytes).toBe(0);
  });

  it('waits for a key frame when the cache has none', async () => {
    const { socket, play, player } = open();
    play(frame(0, delta));
    play(frame(33, config), frame(33, key));
    await socket.drain();
    expect(socket.times).toEqual(['C33', 'K33']);
    expect(player.droppedTags).toBeGreaterThan(0);
  });

  it('skips a slow player to the newest key frame, and stays within its limits', async () => {
    const { socket, play, player } = open({ maxQueueMs: 1000 });
    play(frame(0, config), frame(0, key, 300_000));
    for (let at = 100; at <= 5000; at += 100) play(frame(at, at % 500 === 0 ? key : delta, 1000));
    expect(player.queuedBytes).toBeLessThan(330_000);
    await socket.drain();
    const [first, second, third] = socket.times.slice(1);
    expect([first, second]).toEqual(['K0', 'C4000']);
    expect(third).toBe('K4000');
    expect(socket.times.at(-1)).toBe('K5000');
    expect(player.droppedTags).toBeGreaterThan(30);
  });

  it('detects a stalled player, and does not mistake a pause for a stall', async () => {
    const { socket, play, player } = open({ stallMs: 20 });
    play(frame(0, config), frame(0, key));
    await vi.waitFor(() => expect(player.isStalled).toBe(true));
    await socket.drain();
    expect(player.isStalled).toBe(false);
    player.pause();
    play(frame(33, delta));
    player.resume();
    await socket.drain();
    expect(socket.times.slice(2)).toEqual(['C0', 'K0', 'p33']);
  });

  it('calls onEnd when the rest of the queue is sent', async () => {
    const { socket, play, player, onEnd } = open();
    play(frame(0, config), frame(0, key, 300_000));
    play(frame(33, delta));
    player.end();
    expect(onEnd).not.toHaveBeenCalled();
    await socket.drain();
    expect(onEnd).toHaveBeenCalledOnce();
    expect(socket.times.at(-1)).toBe('p33');
  });
});
