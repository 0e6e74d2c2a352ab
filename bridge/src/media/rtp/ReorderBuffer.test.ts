import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packetOf } from './testing/packets.js';
import { ReorderBuffer } from './ReorderBuffer.js';
import { ReorderWait } from './ReorderWait.js';

function createBuffer(rttMs: number | null = 20) {
  const out: (number | { lost: number })[] = [];
  const wait = new ReorderWait(rttMs);
  const buffer = new ReorderBuffer(wait, { onPacket: ({ sequence }) => out.push(sequence), onLoss: (lost) => out.push({ lost }) });
  return { out, wait, push: (sequence: number, atMs: number) => buffer.push(packetOf({ sequence }), atMs), buffer };
}

describe('ReorderBuffer', () => {
  it('passes packets in order at once', () => {
    const { out, push } = createBuffer();
    for (const sequence of [65_534, 65_535, 0, 1]) push(sequence, 0);
    expect(out).toEqual([65_534, 65_535, 0, 1]);
  });

  it('waits for a missing packet and gives it up after the wait', () => {
    const { out, push, buffer, wait } = createBuffer();
    push(1, 0);
    push(3, 5);
    expect(buffer.nextExpiryMs(5)).toBe(5 + wait.at(5));
    buffer.expire(5 + wait.at(5) - 1);
    expect(out).toEqual([1]);
    buffer.expire(5 + wait.at(5));
    expect(out).toEqual([1, { lost: 1 }, 3]);
    expect(buffer.nextExpiryMs(500)).toBeNull();
  });

  it('drops duplicates and packets that arrive after they were given up', () => {
    const { out, push, buffer } = createBuffer();
    for (const sequence of [1, 1, 3, 3]) push(sequence, 0);
    buffer.expire(1000);
    push(2, 1000);
    push(3, 1000);
    push(4, 1000);
    expect(out).toEqual([1, { lost: 1 }, 3, 4]);
  });

  it('waits longer when packets turn out to arrive later, up to 400 ms', () => {
    const { push, buffer, wait } = createBuffer();
    push(1, 0);
    push(3, 0);
    buffer.expire(100);
    push(2, 150);
    expect(wait.at(150)).toBe(225);
    push(5, 200);
    buffer.expire(600);
    push(4, 1000);
    expect(wait.at(1000)).toBe(400);
    expect(wait.at(200_000)).toBe(70);
  });

  it('starts over when the sender jumps', () => {
    const { out, push } = createBuffer();
    push(1, 0);
    push(3, 0);
    push(30_000, 0);
    push(30_001, 0);
    push(5, 0);
    push(6, 0);
    expect(out).toEqual([1, { lost: 1 }, 3, { lost: 1 }, 30_000, 30_001, { lost: 1 }, 5, 6]);
  });

  it('delivers every packet once and in order, or counts it as lost, whatever the order and the losses', () => {
    const moves = fc.array(fc.record({ delay: fc.integer({ min: 0, max: 250 }), isLost: fc.boolean() }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(moves, (packets) => {
        const { out, push, buffer } = createBuffer();
        push(0, 0);
        const arrivals = packets
          .map(({ delay, isLost }, index) => ({ sequence: index + 1, atMs: (index + 1) * 10 + delay, isLost: isLost && delay % 5 === 0 }))
          .filter(({ isLost }) => !isLost)
          .sort((a, b) => a.atMs - b.atMs);
        for (const { sequence, atMs } of arrivals) {
          buffer.expire(atMs);
          push(sequence, atMs);
        }
        buffer.expire(1e6);
        let next = 0;
        for (const event of out) {
          if (typeof event === 'number') expect(event).toBe(next);
          next += typeof event === 'number' ? 1 : event.lost;
        }
      }),
    );
  });
});
