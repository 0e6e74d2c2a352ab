import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '@lianmai/kit';
import { AUDIO_RATE, resolveProfile, SAMPLES_PER_TICK } from '@lianmai/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { findFfmpeg, type Ffmpeg } from '../../media/ffmpeg/index.js';
import { flvFileHeader, flvTagParts } from '../../media/formats/index.js';
import type { MediaTag } from '../../hub/stream/index.js';
import { encoderPids } from '../testing/index.js';
import { Encoder } from './Encoder.js';

const PROFILE = resolveProfile({ name: '480p', preset: 'ultrafast' });
const LOG = createLog('test', 'silent');
const TICK_MS = 8;
const MOST_HELD = 15;
const TONE_HZ = 440;
/** Of a tone with an amplitude of 8000; a lost or repeated AAC frame makes thousands. */
const AUDIBLE = 500;

/** Encodes moving bars and a tone a few times faster than real time. */
class Bench {
  readonly tags: MediaTag[] = [];
  failure: Error | null = null;
  readonly encoder: Encoder;
  isLeftOut: (frame: number) => boolean = () => false;
  #frames = 0;

  constructor(ffmpeg: Ffmpeg, profile = PROFILE) {
    this.encoder = new Encoder({
      ffmpeg,
      profile,
      firstFrame: 0,
      log: LOG,
      onTags: (tags) => this.tags.push(...tags),
      onFailed: (error) => (this.failure = error),
    });
  }

  get video(): MediaTag[] {
    return this.tags.filter((tag) => tag.kind === 'video' && !tag.isConfig);
  }

  get audio(): MediaTag[] {
    return this.tags.filter((tag) => tag.kind === 'audio' && !tag.isConfig);
  }

  /** Feeds until this many frames have come out, or until the encoder has failed. */
  async feedUntil(done: () => boolean): Promise<void> {
    while (!done() && !this.failure) {
      if (this.encoder.heldPictures < MOST_HELD) this.feed();
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
  }

  feed(): void {
    const [canvas, audio] = [this.encoder.takeCanvas(), this.encoder.takeAudio()];
    canvas.data.fill(128).fill(200, (this.#frames % 400) * canvas.width, (this.#frames % 400) * canvas.width + 40 * canvas.width);
    for (let i = 0; i < SAMPLES_PER_TICK; i++) {
      audio.samples[2 * i] = audio.samples[2 * i + 1] =
        Math.sin(((this.#frames * SAMPLES_PER_TICK + i) * TONE_HZ * 2 * Math.PI) / AUDIO_RATE) * 8000;
    }
    this.encoder.write({ canvas: this.isLeftOut(this.#frames) ? null : canvas, audio });
    this.#frames++;
  }
}

const steps = (tags: MediaTag[]) => [...new Set(tags.slice(1).map((tag, index) => tag.dtsMs - tags[index]!.dtsMs))].sort((a, b) => a - b);

/** An FFmpeg decoder's complaints, none if the media is sound, and the left channel that it hears. */
async function decode(tags: MediaTag[]): Promise<{ complaints: string; samples: Int16Array }> {
  const folder = await mkdtemp(join(tmpdir(), 'encoder-'));
  const file = join(folder, 'out.flv');
  await writeFile(
    file,
    Buffer.concat([flvFileHeader({ hasVideo: true, hasAudio: true }), ...tags.flatMap((tag) => flvTagParts(tag, tag.dtsMs))]),
  );
  const sound = ['-map', '0:a', '-af', 'pan=mono|c0=c0', '-f', 's16le', 'pipe:1'];
  const child = spawn('ffmpeg', ['-v', 'error', '-xerror', '-i', file, '-map', '0:v', '-f', 'null', '-', ...sound], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaints = '';
  const chunks: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(child, 'close');
  await rm(folder, { recursive: true });
  return { complaints, samples: new Int16Array(new Uint8Array(Buffer.concat(chunks)).buffer) };
}

/** The loudest click in a tone: what is left of it behind a filter that takes exactly this tone away. */
function loudestClick(samples: Int16Array): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * TONE_HZ) / AUDIO_RATE);
  const residue = (at: number) => (samples[at] ?? 0) - coefficient * (samples[at - 1] ?? 0) + (samples[at - 2] ?? 0);
  // The tone does click where it begins and ends.
  const [from, to] = [AUDIO_RATE / 4, samples.length - AUDIO_RATE / 10];
  let loudest = 0;
  for (let at = from; at < to; at++) loudest = Math.max(loudest, Math.abs(residue(at)));
  return loudest;
}

describe('Encoder', () => {
  let ffmpeg: Ffmpeg;
  beforeAll(async () => {
    ffmpeg = await findFfmpeg();
  });

  it('makes one tag per frame and one per 1024 samples, starting at zero with a key frame', async () => {
    const bench = new Bench(ffmpeg);
    await bench.feedUntil(() => bench.video.length > 70);
    await bench.encoder.close('test');
    expect(bench.video[0]).toMatchObject({ dtsMs: 0, isKeyFrame: true });
    expect(bench.audio[0]!.dtsMs).toBe(0);
    expect(steps(bench.video)).toEqual([33, 34]);
    expect(steps(bench.audio)).toEqual([21, 22]);
    expect(bench.video.flatMap((tag, index) => (tag.isKeyFrame ? [index] : []))).toEqual([0, 60]);
    expect(bench.tags.filter((tag) => tag.kind === 'data')).toHaveLength(1);
  });

  it('continues without a gap, repetition or step back when its process is killed three times', async () => {
    const bench = new Bench(ffmpeg);
    for (const kills of [1, 2, 3]) {
      const target = bench.video.length + 47;
      await bench.feedUntil(() => bench.video.length > target);
      process.kill(bench.encoder.pid!, 'SIGKILL');
      await bench.feedUntil(() => bench.encoder.restarts === kills && bench.encoder.pid !== undefined);
    }
    const target = bench.video.length + 40;
    await bench.feedUntil(() => bench.video.length > target);
    await bench.encoder.close('test');
    expect(bench.encoder.restarts).toBe(3);
    expect(steps(bench.video)).toEqual([33, 34]);
    expect(steps(bench.audio)).toEqual([21, 22]);
    const { complaints, samples } = await decode(bench.tags);
    expect(complaints).toBe('');
    expect(loudestClick(samples)).toBeLessThan(AUDIBLE);
  });

  /** Feeds until there are two processes; returns the one that waits. */
  async function spareOf(bench: Bench): Promise<number> {
    const spare = () => encoderPids().find((pid) => pid !== bench.encoder.pid);
    await bench.feedUntil(() => bench.video.length > 20 && spare() !== undefined);
    return spare() ?? 0;
  }

  it('goes on in a spare process that has been waiting', async () => {
    const bench = new Bench(ffmpeg);
    const spare = await spareOf(bench);
    const before = bench.video.length;
    process.kill(bench.encoder.pid!, 'SIGKILL');
    await bench.feedUntil(() => bench.encoder.pid === spare && bench.video.length > before + 70);
    expect(await spareOf(bench)).not.toBe(spare);
    await bench.encoder.close('test');
    expect(encoderPids()).toEqual([]);
    expect(steps(bench.video)).toEqual([33, 34]);
    expect(steps(bench.audio)).toEqual([21, 22]);
    const keyFrames = bench.video.flatMap((tag, index) => (tag.isKeyFrame ? [index] : []));
    expect(
      keyFrames
        .slice(1)
        .map((index, at) => index - (keyFrames[at] ?? 0))
        .every((step) => step <= 60),
    ).toBe(true);
    const { complaints, samples } = await decode(bench.tags);
    expect(complaints).toBe('');
    expect(loudestClick(samples)).toBeLessThan(AUDIBLE);
  });

  it.each(['SIGSTOP', 'SIGKILL'] as const)('starts a new process if the spare one got a %s as well', async (signal) => {
    const bench = new Bench(ffmpeg);
    const spare = await spareOf(bench);
    const before = bench.video.length;
    for (const pid of [spare, bench.encoder.pid!]) process.kill(pid, signal);
    await bench.feedUntil(() => bench.encoder.restarts > 0 && bench.video.length > before + 20);
    expect(bench.encoder.restarts).toBe(1);
    expect(bench.encoder.pid).not.toBe(spare);
    await bench.encoder.close('test');
    expect(encoderPids()).toEqual([]);
    expect(steps(bench.video)).toEqual([33, 34]);
  });

  it('leaves out pictures and nothing else, with a key frame every 2 s of the clock', async () => {
    const bench = new Bench(ffmpeg);
    bench.isLeftOut = (frame) => frame > 60 && frame % 4 !== 0;
    await bench.feedUntil(() => bench.audio.length > 300);
    await bench.encoder.close('test');
    expect(steps(bench.video)).toEqual([33, 34, 133, 134]);
    expect(steps(bench.audio)).toEqual([21, 22]);
    expect(bench.video.filter((tag) => tag.isKeyFrame).map((tag) => tag.dtsMs)).toEqual([0, 2000, 4000, 6000]);
    const { complaints, samples } = await decode(bench.tags);
    expect(complaints).toBe('');
    expect(loudestClick(samples)).toBeLessThan(AUDIBLE);
  });

  it('holds sound for as long as there is no encoder, with the pictures that were made', async () => {
    const bench = new Bench(ffmpeg);
    await bench.feedUntil(() => bench.video.length > 20);
    process.kill(bench.encoder.pid!, 'SIGSTOP');
    bench.isLeftOut = () => bench.encoder.heldPictures >= MOST_HELD - 1;
    for (let tick = 0; tick < 150; tick++) bench.feed();
    process.kill(bench.encoder.pid!, 'SIGKILL');
    bench.isLeftOut = () => false;
    const target = bench.video.length + 40;
    await bench.feedUntil(() => bench.video.length > target);
    await bench.encoder.close('test');
    expect(steps(bench.audio)).toEqual([21, 22]);
    const longest = steps(bench.video).at(-1)!;
    expect(longest).toBeGreaterThan(4000);
    expect(steps(bench.video).filter((step) => step < longest)).toEqual([33, 34]);
    const { complaints, samples } = await decode(bench.tags);
    expect(complaints).toBe('');
    expect(loudestClick(samples)).toBeLessThan(AUDIBLE);
  });

  it('goes on with another preset at a key frame, with the same configuration and without a gap', async () => {
    const bench = new Bench(ffmpeg, resolveProfile({ name: '480p', preset: 'veryfast' }));
    await bench.feedUntil(() => bench.video.length > 20);
    for (const preset of ['superfast', 'ultrafast', 'veryfast'] as const) {
      const { pid } = bench.encoder;
      bench.encoder.setPreset(preset);
      await bench.feedUntil(() => bench.encoder.pid !== pid);
      const target = bench.video.length + 20;
      await bench.feedUntil(() => bench.video.length > target);
    }
    await bench.encoder.close('test');
    expect(bench.encoder.restarts).toBe(0);
    expect(steps(bench.video)).toEqual([33, 34]);
    expect(steps(bench.audio)).toEqual([21, 22]);
    for (const kind of ['video', 'audio'] as const) {
      const configs = bench.tags.filter((tag) => tag.kind === kind && tag.isConfig).map(({ body }) => body.toString('hex'));
      expect(configs).toHaveLength(4);
      expect(new Set(configs).size).toBe(1);
    }
    const { complaints, samples } = await decode(bench.tags);
    expect(complaints).toBe('');
    expect(loudestClick(samples)).toBeLessThan(AUDIBLE);
  });

  it('replaces a process that hangs', async () => {
    const bench = new Bench(ffmpeg);
    await bench.feedUntil(() => bench.video.length > 20);
    process.kill(bench.encoder.pid!, 'SIGSTOP');
    const target = bench.video.length + 20;
    await bench.feedUntil(() => bench.video.length > target);
    await bench.encoder.close('test');
    expect(bench.encoder.restarts).toBe(1);
    expect(steps(bench.video)).toEqual([33, 34]);
    expect(steps(bench.audio)).toEqual([21, 22]);
  });

  it('gives up on an encoder that never makes a frame', async () => {
    const bench = new Bench({ ...ffmpeg, path: '/bin/false' });
    await bench.feedUntil(() => false);
    await bench.encoder.close('test');
    expect(bench.failure).toMatchObject({ code: 'ENCODER_UNAVAILABLE' });
  });
});
