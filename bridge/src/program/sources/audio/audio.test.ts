import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AudioRingReader } from './AudioRingReader.js';
import { AudioRing } from './AudioRing.js';

const PACKET = 960;
const TICK = 1600;
const NEVER = { isAfterLoss: false, playedTo: -Infinity };

/** A signal whose value tells its position. */
const toneAt = (position: number) => Math.sin((2 * Math.PI * 400 * position) / 48_000);

function writeTone(ring: AudioRing, from: number, to: number, isAfterLoss = false): void {
  for (let position = from; position < to; position += PACKET) {
    const pcm = Float32Array.from({ length: PACKET }, (_, index) => toneAt(position + index));
    ring.write(position, pcm, pcm, { ...NEVER, isAfterLoss: isAfterLoss && position === from });
  }
}

function read(ring: AudioRing, from: number, samples: number): Float32Array {
  const out = new Float32Array(2 * samples);
  ring.addTo(out, from, samples, 1);
  return out;
}

/** Largest step between neighbouring samples on the left channel. */
function largestStep(samples: Float32Array): number {
  let largest = 0;
  for (let i = 2; i < samples.length; i += 2) largest = Math.max(largest, Math.abs((samples[i] ?? 0) - (samples[i - 2] ?? 0)));
  return largest;
}

const rms = (samples: Float32Array) => Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);

describe('AudioRing', () => {
  it('returns each sample at its position, even across the end of its memory', () => {
    const ring = new AudioRing();
    const start = 2 ** 33 + 60_000;
    writeTone(ring, start, start + 20 * PACKET);
    const out = read(ring, start, 20 * PACKET);
    for (let i = 0; i < 20 * PACKET; i++) expect(out[2 * i]).toBeCloseTo(toneAt(start + i), 6);
  });

  it('is silent, and says so, before the first packet, far behind the end and in a gap the sender left', () => {
    const ring = new AudioRing();
    const out = new Float32Array(2 * TICK);
    expect(ring.addTo(out, 0, TICK, 1)).toBe(false);
    writeTone(ring, 10_000, 10_000 + 4 * PACKET);
    expect(ring.addTo(out, 40_000, TICK, 1)).toBe(false);
    writeTone(ring, 30_000, 30_000 + 4 * PACKET);
    expect(ring.addTo(out, 20_000, TICK, 1)).toBe(false);
    expect(rms(out)).toBe(0);
  });

  it('replaces lost packets with a fading echo without a step, and a pause with silence', () => {
    const ring = new AudioRing();
    writeTone(ring, 0, 4 * PACKET);
    writeTone(ring, 5 * PACKET, 8 * PACKET, true);
    const lost = read(ring, 4 * PACKET - 100, PACKET + 500);
    expect(rms(lost)).toBeGreaterThan(0.4);
    expect(largestStep(lost)).toBeLessThan(0.08);
    writeTone(ring, 20 * PACKET, 24 * PACKET);
    const pause = read(ring, 8 * PACKET - 100, 12 * PACKET + 400);
    expect(largestStep(pause)).toBeLessThan(0.08);
    expect(rms(pause.subarray(2 * (100 + 200), 2 * 11 * PACKET))).toBe(0);
  });

  it('fades without a step from made-up audio into a packet that came too late for its beginning', () => {
    const ring = new AudioRing();
    writeTone(ring, 0, 4 * PACKET);
    const first = read(ring, 3 * PACKET, TICK);
    const playedTo = 3 * PACKET + TICK;
    const pcm = Float32Array.from({ length: PACKET }, (_, index) => toneAt(4 * PACKET + index));
    ring.write(4 * PACKET, pcm, pcm, { isAfterLoss: false, playedTo });
    writeTone(ring, 5 * PACKET, 8 * PACKET);
    const second = read(ring, playedTo, TICK);
    expect(largestStep(Float32Array.from([...first, ...second]))).toBeLessThan(0.08);
  });

  it('ignores duplicates and accepts small overlaps', () => {
    const ring = new AudioRing();
    writeTone(ring, 0, 4 * PACKET);
    writeTone(ring, 2 * PACKET, 4 * PACKET);
    writeTone(ring, 4 * PACKET - 20, 6 * PACKET - 20);
    expect(ring.end).toBe(6 * PACKET - 20);
    expect(largestStep(read(ring, 0, 6 * PACKET - 30))).toBeLessThan(0.08);
  });

  it('never returns more than it received, wherever packets land and wherever it is read', () => {
    const steps = fc.array(
      fc.record({
        jump: fc.integer({ min: -3000, max: 9000 }),
        length: fc.constantFrom(120, 960, 2880),
        isAfterLoss: fc.boolean(),
        at: fc.integer({ min: -9000, max: 9000 }),
      }),
    );
    fc.assert(
      fc.property(steps, (writes) => {
        const ring = new AudioRing();
        let position = 1e9;
        for (const { jump, length, isAfterLoss, at } of writes) {
          position += jump;
          const pcm = new Float32Array(length).fill(1);
          ring.write(position, pcm, pcm, { isAfterLoss, playedTo: position + at });
          const out = read(ring, position + at, TICK);
          expect(out.every((value) => value >= 0 && value <= 1.000001)).toBe(true);
          position += length;
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('AudioRingReader', () => {
  function createPlayer() {
    const player = new AudioRingReader();
    writeTone(player.ring, 0, 50 * PACKET);
    const tick = (target: number) => {
      const out = new Float32Array(2 * TICK);
      const isHeard = player.mixInto(out, target, 0.5);
      return { out, isHeard };
    };
    return { player, tick };
  }

  it('plays continuously while the target drifts by less than 1 ms', () => {
    const { tick } = createPlayer();
    const heard = [0, 20, -30].flatMap((wander, index) => [...tick(1000 + index * TICK + wander).out]);
    heard.forEach((value, i) => expect(value).toBeCloseTo(0.5 * toneAt(1000 + (i >> 1)), 6));
  });

  it('drifts by at most 0.4 % towards a target a few milliseconds away, without a step', () => {
    const { player, tick } = createPlayer();
    tick(1000);
    const { out } = tick(1000 + TICK + 400);
    expect(player.playedTo).toBe(1000 + 2 * TICK + 6);
    expect(largestStep(out)).toBeLessThan(0.04);
  });

  it('jumps to a more distant target with a short cross-fade', () => {
    const { player, tick } = createPlayer();
    tick(1000);
    const { out, isHeard } = tick(1000 + TICK + 5000);
    expect(isHeard).toBe(true);
    expect(player.playedTo).toBe(1000 + 2 * TICK + 5000);
    expect(largestStep(out)).toBeLessThan(0.04);
  });

  it('reports when it added only silence', () => {
    const { tick } = createPlayer();
    expect(tick(1000).isHeard).toBe(true);
    tick(60 * PACKET);
    expect(tick(60 * PACKET + TICK).isHeard).toBe(false);
  });
});
