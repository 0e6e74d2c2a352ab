import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFixture } from './makeFixture.js';

const RATE = 48_000;
const SECONDS = 12;
/** The first three formants of a, e, i, o and u, Hz (after Peterson and Barney). */
const VOWELS = [
  [730, 1090, 2440],
  [530, 1840, 2480],
  [270, 2290, 3010],
  [570, 840, 2410],
  [300, 870, 2240],
] as const;

/**
 * A microphone with a voice: syllables of a consonant and a gliding vowel, with pauses. Opus takes it for speech, and can protect it by error
 * correction, which it has not got for tones and music.
 */
export function voice(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'voice-'));
  const raw = join(folder, 'voice.f32');
  writeFileSync(raw, Buffer.from(speak().buffer));
  const made = makeFixture('voice.wav', '-f', 'f32le', '-ar', String(RATE), '-ac', '1', '-i', raw, '-c:a', 'pcm_s16le', '-f', 'wav');
  return made.finally(() => rmSync(folder, { recursive: true }));
}

/** The same each time. */
function speak(): Float32Array<ArrayBuffer> {
  const random = randomFrom(1);
  const sound = new Float32Array(RATE * SECONDS);
  const samples = (leastS: number, mostS: number) => Math.round(RATE * (leastS + (mostS - leastS) * random()));
  let at = 0;
  while (at < sound.length) {
    const consonant = sound.subarray(at, (at += samples(0.04, 0.1)));
    hiss(consonant, random);
    const vowel = sound.subarray(at, (at += samples(0.1, 0.24)));
    sing(vowel, random);
    if (random() < 0.25) at += samples(0.08, 0.28);
  }
  const peak = sound.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return sound.map((value) => (value / peak) * 0.7);
}

function hiss(out: Float32Array, random: () => number): void {
  const loudness = 0.03 + 0.05 * random();
  let before = 0;
  out.forEach((_, index) => {
    const noise = random() * 2 - 1;
    // The difference of neighbours: a high-pass.
    out[index] = (noise - before) * loudness * Math.sin((Math.PI * index) / out.length);
    before = noise;
  });
}

/** Pulses of a gliding pitch through resonators that glide from one vowel to another. */
function sing(out: Float32Array, random: () => number): void {
  const pick = () => VOWELS[Math.floor(random() * VOWELS.length)] ?? VOWELS[0];
  const [from, to] = [pick(), pick()];
  const [low, high] = [95 + 60 * random(), 85 + 60 * random()];
  const resonators = from.map((_, formant) => resonator(60 + 40 * formant));
  let phase = 0;
  out.forEach((_, index) => {
    const part = index / out.length;
    phase += ((low + (high - low) * part) * (1 + 0.01 * (random() - 0.5))) / RATE;
    const pulse = phase >= 1 ? 1 : 0;
    phase -= pulse;
    const throat = pulse + 0.003 * (random() - 0.5);
    const voiced = resonators.reduce((value, resonate, formant) => {
      const [start = 0, end = 0] = [from[formant], to[formant]];
      return resonate(value, start + (end - start) * part);
    }, throat);
    out[index] = voiced * 12 * Math.sqrt(Math.sin(Math.PI * part));
  });
}

/** A digital resonator with two poles and unit gain at zero (Klatt 1980). */
function resonator(bandwidthHz: number): (value: number, hz: number) => number {
  const radius = Math.exp((-Math.PI * bandwidthHz) / RATE);
  let [last, beforeLast] = [0, 0];
  return (value, hz) => {
    const feedback = 2 * radius * Math.cos((2 * Math.PI * hz) / RATE);
    const now = (1 - feedback + radius ** 2) * value + feedback * last - radius ** 2 * beforeLast;
    [last, beforeLast] = [now, last];
    return now;
  };
}

/** Park and Miller's generator. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}
