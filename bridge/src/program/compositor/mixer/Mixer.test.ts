import { SAMPLES_PER_TICK, SourceId } from '@lianmai/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bend, Limiter } from './Limiter.js';
import { factorOf, Mixer, type MixedSource } from './Mixer.js';

const A = SourceId.parse('a:camera');
const B = SourceId.parse('b:camera');

/** A tone that continues from tick to tick. */
function tone(id: SourceId, amplitude: number, hz = 440): MixedSource {
  return {
    id,
    mixAudioInto(out, atMs, gain) {
      for (let index = 0; index < out.length; index++) {
        const sample = Math.round(atMs * 48) + (index >> 1);
        out[index]! += amplitude * gain * Math.sin((sample * hz * 2 * Math.PI) / 48_000);
      }
      return true;
    },
  };
}

/** Mixes one tick per entry of `gains` and returns all samples, -1..1. */
function render(voices: readonly MixedSource[], gains: readonly ReadonlyMap<SourceId, number>[], mixer = new Mixer()): Float32Array {
  const all = new Float32Array(gains.length * 2 * SAMPLES_PER_TICK);
  const out = new Int16Array(2 * SAMPLES_PER_TICK);
  gains.forEach((gain, tick) => {
    mixer.mix(voices, gain, (tick * 1000) / 30, out);
    for (let index = 0; index < out.length; index++) all[tick * out.length + index] = out[index]! / 32_767;
  });
  return all;
}

const ticks = (count: number, gains: [SourceId, number][]) => Array.from({ length: count }, () => new Map(gains));
const peakOf = (samples: Float32Array) => samples.reduce((peak, value) => Math.max(peak, Math.abs(value)), 0);
/** The largest second difference on one channel: a click is far above what tones produce. */
function roughness(samples: Float32Array): number {
  let most = 0;
  for (let index = 4; index < samples.length; index += 2)
    most = Math.max(most, Math.abs(samples[index]! - 2 * samples[index - 2]! + samples[index - 4]!));
  return most;
}

describe('Limiter', () => {
  it('never lets a sample pass full scale, whatever the input', () => {
    const value = fc.oneof(fc.float({ min: -40, max: 40, noNaN: true }), fc.constantFrom(0, Infinity, -Infinity, Number.NaN, 1e30));
    fc.assert(
      fc.property(fc.array(fc.array(value, { minLength: 2, maxLength: 64 }), { minLength: 1, maxLength: 20 }), (blocks) => {
        const limiter = new Limiter();
        for (const block of blocks) {
          const samples = Float32Array.from(block);
          limiter.process(samples);
          for (const sample of samples) expect(Math.abs(sample) <= 1).toBe(true);
        }
      }),
    );
  });

  it('leaves quiet audio unchanged and bends without an edge', () => {
    const samples = Float32Array.from([0.1, -0.5, 0.79, -0.8]);
    new Limiter().process(samples);
    expect([...samples]).toEqual([...Float32Array.from([0.1, -0.5, 0.79, -0.8])]);
    fc.assert(fc.property(fc.double({ min: -3, max: 3, noNaN: true }), (x) => Math.abs(bend(x + 1e-4) - bend(x)) <= 1.0001e-4));
  });
});

describe('Mixer', () => {
  it('sums within full scale and does not click when it gets loud', () => {
    const loud = render(
      [tone(A, 0.9), tone(B, 0.9, 330)],
      ticks(60, [
        [A, 1],
        [B, 1],
      ]),
    );
    expect(peakOf(loud)).toBeLessThanOrEqual(1);
    expect(peakOf(loud)).toBeGreaterThan(0.7);
    expect(roughness(loud)).toBeLessThan(0.02);
  });

  it('glides to a new gain within one tick, even when a source joins or leaves', () => {
    const gains = [...ticks(5, []), ...ticks(5, [[A, 1]]), ...ticks(5, [[A, 0.1]]), ...ticks(5, [[A, 0]])];
    const samples = render([tone(A, 0.5)], gains);
    expect(roughness(samples)).toBeLessThan(0.01);
    const level = (tick: number) => peakOf(samples.subarray(tick * 3200, (tick + 1) * 3200));
    expect([level(4), level(16)]).toEqual([0, 0]);
    expect(level(8)).toBeCloseTo(0.5, 2);
    expect(level(12)).toBeCloseTo(0.05, 2);
  });

  it('measures each source after its gain, and the mix', () => {
    const mixer = new Mixer();
    render(
      [tone(A, 0.5), tone(B, 0.5)],
      ticks(1, [
        [A, factorOf(-6)],
        [B, 0],
      ]),
      mixer,
    );
    mixer.readLevels();
    render(
      [tone(A, 0.5), tone(B, 0.5)],
      ticks(6, [
        [A, factorOf(-6)],
        [B, 0],
      ]),
      mixer,
    );
    const { program, sources } = mixer.readLevels();
    expect(sources[A]!.peakDb).toBeCloseTo(-12, 0);
    expect(sources[A]!.rmsDb).toBeCloseTo(-15, 0);
    expect(sources[B]).toEqual({ rmsDb: -100, peakDb: -100 });
    expect(program.peakDb).toBeCloseTo(-12, 0);
    expect(mixer.readLevels().program.rmsDb).toBe(-100);
  });

  it('does not let a broken source mute the program for good', () => {
    const broken: MixedSource = { id: B, mixAudioInto: (out) => (out.fill(Number.NaN), true) };
    const mixer = new Mixer();
    render(
      [tone(A, 0.5), broken],
      ticks(2, [
        [A, 1],
        [B, 1],
      ]),
      mixer,
    );
    expect(peakOf(render([tone(A, 0.5)], ticks(1, [[A, 1]]), mixer))).toBeGreaterThan(0.4);
  });
});
