import { createLog } from '@lianmai/kit';
import { defaultScene, ProgramId, resolveProfile, SourceId, type Levels, type SceneState, type Scene } from '@lianmai/protocol';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { SpriteRenderer } from './compositor/overlays/index.js';
import { nowMs } from '../runtime/index.js';
import { findFfmpeg, type Ffmpeg } from '../media/ffmpeg/index.js';
import type { MediaTag } from '../hub/stream/index.js';
import { SceneRenderer } from './SceneRenderer.js';
import { ProgramEngine } from './ProgramEngine.js';
import type { ThreadStats } from './programThreadMessages.js';
import { decodeProgram, encoderPids, lumaAt, MARK_MS, stepsOf, SyntheticSource, type DecodedProgram } from './testing/index.js';

const LOG = createLog('test', 'silent');
const PROFILE = resolveProfile({ name: '480p', preset: 'ultrafast', videoBitrateKbps: 2000 });
const [A, B] = [SourceId.parse('a:camera'), SourceId.parse('b:camera')];
const LUMA = new Map([
  [A, 60],
  [B, 140],
]);

/** An engine with synthetic sources, and everything it reported. */
class Studio {
  readonly tags: MediaTag[] = [];
  readonly sources = new Map<SourceId, SyntheticSource>();
  readonly stats: ThreadStats[] = [];
  readonly levels: Levels[] = [];
  originMs = Number.NaN;
  #engine: ProgramEngine | null = null;
  #version = 0;
  readonly #waiting = new Set<() => void>();

  readonly #ffmpeg: Ffmpeg;
  readonly #spriteRenderer: SpriteRenderer;

  constructor(ffmpeg: Ffmpeg, spriteRenderer: SpriteRenderer) {
    this.#ffmpeg = ffmpeg;
    this.#spriteRenderer = spriteRenderer;
  }

  get engine(): ProgramEngine {
    if (!this.#engine) throw new Error('not started');
    return this.#engine;
  }

  get ptsMs(): number {
    return this.tags.findLast((tag) => tag.kind === 'video')?.dtsMs ?? -1;
  }

  /** Pictures that the machine was too slow for. */
  get leftOut(): number {
    return this.stats.at(-1)?.droppedFrames ?? 0;
  }

  async start(ids: SourceId[]): Promise<void> {
    const job = {
      programId: ProgramId.parse('test'),
      profile: PROFILE,
      ffmpeg: this.#ffmpeg,
      rtp: { ip: '127.0.0.1', port: 0 },
      firstFrame: 0,
      originMs: null,
      logLevel: 'silent' as const,
    };
    this.#engine = await ProgramEngine.start(
      job,
      LOG,
      {
        onTags: (tags) => {
          this.tags.push(...tags);
          for (const check of this.#waiting) check();
        },
        onLevels: (levels) => this.levels.push(levels),
        onStats: (stats) => this.stats.push(stats),
        onKeyFrameNeeded: () => undefined,
        onBegun: (originMs) => (this.originMs = originMs),
        onFailed: (error) => expect.unreachable(String(error)),
      },
      (id) => {
        const source = new SyntheticSource(id, LUMA.get(id) ?? 100);
        this.sources.set(id, source);
        return source;
      },
    );
    await this.show(ids);
  }

  /** Returns the program's time when the engine was asked, and the time of the frame it promised. */
  async show(ids: SourceId[], change: Partial<Scene> = {}): Promise<{ askedAtMs: number; appliedAtMs: number }> {
    const picture: SceneState = {
      version: ++this.#version,
      scene: { ...defaultScene(), showNames: false, ...change },
      mix: {},
      sources: ids.map((id) => ({ id, kind: 'camera', name: id, hasVideo: true, hasAudio: true })),
    };
    const sceneRenderer = new SceneRenderer({
      canvas: { width: 854, height: 480 },
      spriteRenderer: this.#spriteRenderer,
      fetchAsset: () => Promise.reject(new Error('none')),
      log: LOG,
    });
    const shown = await sceneRenderer.render(picture, () => undefined);
    const askedAtMs = this.engine.nextPtsMs;
    return { askedAtMs, appliedAtMs: this.engine.setScene(shown, ids) };
  }

  /** Resolves when the program has reached this time. */
  until(ptsMs: number): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (this.ptsMs < ptsMs) return;
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
      check();
    });
  }

  async end(): Promise<DecodedProgram> {
    await this.engine.close('test');
    return decodeProgram(this.#ffmpeg.path, this.tags);
  }
}

/** Times at which the frame turns bright and the audio turns loud, ms. */
function marksOf({ pictures, samples }: DecodedProgram): { flashes: number[]; beeps: number[] } {
  const flashes = pictures
    .filter(({ luma }, index) => lumaAt(luma, 0.5, 0.5) > 200 && lumaAt(pictures[index - 1]?.luma ?? luma, 0.5, 0.5) <= 200)
    .map(({ ptsMs }) => ptsMs)
    // The end may cut off the sound of a mark that has just begun.
    .filter((ptsMs) => ptsMs < (pictures.at(-1)?.ptsMs ?? 0) - 2 * MARK_MS);
  const beeps: number[] = [];
  let quietFor = 0;
  samples.forEach((sample, index) => {
    const isLoud = Math.abs(sample) > 2000;
    if (isLoud && quietFor > 48 * (MARK_MS / 2)) beeps.push(index / 48);
    quietFor = isLoud ? 0 : quietFor + 1;
  });
  return { flashes, beeps };
}

describe('ProgramEngine', () => {
  let ffmpeg: Ffmpeg;
  let spriteRenderer: SpriteRenderer;
  let studio: Studio;

  beforeAll(async () => {
    ffmpeg = await findFfmpeg();
    spriteRenderer = new SpriteRenderer(LOG);
    return () => spriteRenderer.close('test');
  });
  afterEach(() => studio.engine.close('test'));

  it('puts each source in its tile, in sync with its audio, without a gap while the encoder is killed three times', async () => {
    studio = new Studio(ffmpeg, spriteRenderer);
    await studio.start([A, B]);
    for (const killAtMs of [1500, 3100, 4700]) {
      await studio.until(killAtMs);
      for (const pid of encoderPids()) process.kill(pid, 'SIGKILL');
    }
    await studio.until(7000);
    const decoded = await studio.end();
    expect(decoded.complaints).toBe('');
    // A machine that was too slow for it says so.
    if (studio.leftOut === 0) expect(stepsOf(studio.tags, 'video')).toEqual([33, 34]);
    expect(stepsOf(studio.tags, 'audio')).toEqual([21, 22]);
    for (const { luma } of decoded.pictures.filter((picture) => lumaAt(picture.luma, 0.25, 0.5) < 200)) {
      expect(Math.abs(lumaAt(luma, 0.25, 0.5) - 60)).toBeLessThan(8);
      expect(Math.abs(lumaAt(luma, 0.75, 0.5) - 140)).toBeLessThan(8);
    }
    const { flashes, beeps } = marksOf(decoded);
    expect(flashes.length).toBeGreaterThan(4);
    for (const flash of flashes) expect(Math.min(...beeps.map((beep) => Math.abs(beep - flash)))).toBeLessThan(40);
  });

  it('shows a new scene at once, as a whole, in the frame it promised', async () => {
    studio = new Studio(ffmpeg, spriteRenderer);
    await studio.start([A, B]);
    for (const source of studio.sources.values()) source.isMarking = false;
    await studio.until(1000);
    const { askedAtMs, appliedAtMs } = await studio.show([A, B], { layout: 'spotlight', focus: B });
    expect(appliedAtMs - askedAtMs).toBeLessThan(200);
    await studio.until(appliedAtMs + 500);
    const decoded = await studio.end();
    const rightOf = (from: number, to: number) =>
      decoded.pictures.filter(({ ptsMs }) => ptsMs >= from && ptsMs < to).map(({ luma }) => lumaAt(luma, 0.25, 0.5));
    for (const luma of rightOf(500, appliedAtMs)) expect(Math.abs(luma - 60)).toBeLessThan(8);
    for (const luma of rightOf(appliedAtMs, Infinity)) expect(Math.abs(luma - 140)).toBeLessThan(8);
  });

  it('leaves out pictures when the machine is too slow, but no sound, and its time is the clock’s', async () => {
    studio = new Studio(ffmpeg, spriteRenderer);
    await studio.start([A]);
    await studio.until(2500);
    const lagMs = () => nowMs() - studio.originMs - studio.ptsMs;
    const [lagBeforeMs, { leftOut }] = [lagMs(), studio];
    const resumeAtMs = nowMs() + 1300;
    while (nowMs() < resumeAtMs);
    await vi.waitFor(() => expect(lagMs()).toBeLessThan(lagBeforeMs + 500), { timeout: 60_000 });
    await studio.until(studio.ptsMs + 3000);
    const decoded = await studio.end();
    expect(studio.leftOut - leftOut).toBeGreaterThan(15);
    expect(stepsOf(studio.tags, 'audio')).toEqual([21, 22]);
    const { flashes, beeps } = marksOf(decoded);
    for (const flash of flashes) expect(Math.min(...beeps.map((beep) => Math.abs(beep - flash)))).toBeLessThan(MARK_MS);
    // A beep each second, also while it stood still. The first half second was made while the encoder started, which may take longer.
    const steady = beeps.filter((beep) => beep > 600);
    expect(steady.length).toBeGreaterThan(4);
    for (const [index, beep] of steady.slice(1).entries()) expect(Math.abs(beep - steady[index]! - 1000)).toBeLessThan(40);
  });

  it('measures levels five times a second and its own health once a second', async () => {
    studio = new Studio(ffmpeg, spriteRenderer);
    await studio.start([A, B]);
    await studio.until(3000);
    expect(studio.levels.length).toBeGreaterThan(10);
    expect(Math.max(...studio.levels.map((level) => level.sources[A]?.peakDb ?? -100))).toBeGreaterThan(-7);
    const stats = studio.stats.at(-1)!;
    expect(Math.max(...studio.stats.map(({ fps }) => fps))).toBeGreaterThan(0);
    expect(stats).toMatchObject({ encoderRestarts: 0, decoderRestarts: 0, delayMs: { [A]: 0 } });
    expect(stats.cpu.encoder + stats.cpu.thread).toBeGreaterThan(0);
  });
});
