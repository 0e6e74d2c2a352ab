import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { createLog } from '@lianmai/kit';
import {
  defaultScene,
  LianmaiError,
  OutputId,
  ProgramId,
  resolveProfile,
  SourceId,
  toLianmaiError,
  type BridgeEventData,
  type BridgeEventName,
} from '@lianmai/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { SpriteRenderer } from './compositor/overlays/index.js';
import { createOutputKinds } from '../egress/index.js';
import { findFfmpeg, type Ffmpeg } from '../media/ffmpeg/index.js';
import { StreamHub, type MediaTag } from '../hub/stream/index.js';
import { AssetCache, Programs, SharedCpuUsage, ProgramThreadPool } from './index.js';
import type { ProgramJob } from './Program.js';
import { freezeThreads, openGuard, readAsItIs, startFreezableThread } from '../testing/index.js';
import { encoderPids, stepsOf } from './testing/index.js';

/** Remembers the threads it gave out, newest last, so that a test can kill them. */
class NotedThreads extends ProgramThreadPool {
  readonly taken: Worker[] = [];
  /** The next thread has a way into it, through which it can be sent into an endless loop. */
  isNextFreezable = false;

  override take(): Worker {
    const thread = this.isNextFreezable ? startFreezableThread('./programEngineThread', import.meta.url) : super.take();
    this.isNextFreezable = false;
    this.taken.push(thread);
    return thread;
  }
}

const LOG = createLog('test', 'silent');
/** An endless loop is found by the CPU it uses, which takes long on a busy machine. */
const BUSY_LOOP_MS = 400_000;
const STREAM = { app: 'live', name: 'room' };
const SOURCE = SourceId.parse('a:camera');
const programId = ProgramId.parse('prg');

type Announcement = { [N in BridgeEventName]: { name: N; data: BridgeEventData<N> } }[BridgeEventName];

const job = (change: Partial<ProgramJob> = {}): ProgramJob => ({
  programId,
  stream: STREAM,
  asStream: false,
  broadcastId: null,
  profile: resolveProfile({ name: '480p', preset: 'ultrafast' }),
  sceneState: {
    version: 1,
    scene: defaultScene(),
    mix: {},
    sources: [{ id: SOURCE, kind: 'camera', name: 'Ada', hasVideo: true, hasAudio: true }],
  },
  outputs: [],
  ...change,
});

describe('Programs', () => {
  let ffmpeg: Ffmpeg;
  let spriteRenderer: SpriteRenderer;
  let threads: NotedThreads;
  let folder: string;
  let hub: StreamHub;
  let programs: Programs;
  let said: Announcement[];
  const waiting = new Set<() => void>();

  beforeAll(async () => {
    ffmpeg = await findFfmpeg();
    spriteRenderer = new SpriteRenderer(LOG);
    threads = new NotedThreads(LOG);
    folder = await mkdtemp(join(tmpdir(), 'programs-'));
  });
  afterAll(async () => {
    await spriteRenderer.close('test');
    await threads.close('test');
    await rm(folder, { recursive: true });
  });

  function open(): void {
    hub = new StreamHub();
    said = [];
    programs = new Programs({
      ...{
        hub,
        ffmpeg,
        spriteRenderer,
        threadPool: threads,
        log: LOG,
        rtpIp: '127.0.0.1',
        logLevel: 'silent',
        cpuUsage: new SharedCpuUsage(),
        kinds: createOutputKinds({ guard: openGuard, insecureTls: false }),
        openReader: readAsItIs,
      },
      assets: new AssetCache(folder, () => Promise.reject(new LianmaiError('NOT_FOUND'))),
      announce: (name, data) => {
        said.push({ name, data } as Announcement);
        for (const check of waiting) check();
      },
    });
  }
  afterEach(() => programs.close('test'));

  function announced(isIt: (one: Announcement) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (!said.some(isIt)) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  }
  const entered = (state: string) => announced(({ name, data }) => name === 'programStateChanged' && data.state === state);
  const states = () => said.flatMap(({ name, data }) => (name === 'programStateChanged' ? [data.state] : []));

  /** Everything a reader gets until `enough` says stop. */
  async function record(enough: (tags: readonly MediaTag[]) => boolean): Promise<MediaTag[]> {
    const reader = hub.get(STREAM)!.createReader({ name: 'test', maxQueueBytes: 1e8, maxQueueMs: 60_000, startWithGop: true });
    const tags: MediaTag[] = [];
    while (!enough(tags)) tags.push(...((await reader.read(AbortSignal.timeout(60_000))) ?? []));
    await reader.close('test');
    return tags;
  }
  const picturesOf = (tags: readonly MediaTag[]) => tags.filter((tag) => tag.kind === 'video' && !tag.isConfig);

  it('goes from starting to live to ended, and takes its stream along', async () => {
    open();
    const { rtp } = await programs.handlers.startProgram(job());
    expect(rtp).toMatchObject({ ip: '127.0.0.1' });
    await entered('live');
    expect(programs.summaries).toEqual([{ programId, state: 'live', rtp, outputs: [] }]);
    const { appliedAtPtsMs } = await programs.handlers.setScene({
      programId,
      sceneState: { ...job().sceneState, version: 2, sources: [] },
    });
    expect(appliedAtPtsMs).toBeGreaterThan(0);
    await announced(({ name, data }) => name === 'statsMeasured' && data.stats.cpu.encoder > 0);
    await announced(({ name }) => name === 'levelsMeasured');
    expect(await programs.handlers.stopProgram({ programId })).toEqual({});
    expect(states()).toEqual(['live', 'stopping', 'ended']);
    expect(hub.get(STREAM)).toBeUndefined();
    expect(programs.summaries).toEqual([]);
  });

  it('continues with the next sample, on the clock and on the same port, when its thread crashes', async () => {
    open();
    const { rtp } = await programs.handlers.startProgram(job());
    await entered('live');
    const recording = record((tags) => picturesOf(tags).length > 120);
    const killed = threads.taken.at(-1)!;
    await vi.waitFor(() => expect(hub.get(STREAM)!.lastDtsMs).toBeGreaterThan(1000));
    const lagMs = () => performance.now() - (hub.get(STREAM)?.lastDtsMs ?? 0);
    const lagBeforeMs = lagMs();
    await killed.terminate();
    const tags = await recording;
    expect(threads.taken.at(-1)).not.toBe(killed);
    await vi.waitFor(() => expect(lagMs()).toBeLessThan(lagBeforeMs + 200), { timeout: 60_000 });
    expect(Math.min(...stepsOf(tags, 'video'))).toBeGreaterThanOrEqual(33);
    expect(Math.max(...stepsOf(tags, 'audio'))).toBeLessThanOrEqual(66);
    expect(Math.min(...stepsOf(tags, 'audio'))).toBeGreaterThan(0);
    expect(programs.summaries).toEqual([{ programId, state: 'live', rtp, outputs: [] }]);
    expect(states()).toEqual(['live']);
  });

  it(
    'continues with the next sample, on the same port, when its thread freezes',
    async () => {
      open();
      threads.isNextFreezable = true;
      const { rtp } = await programs.handlers.startProgram(job());
      await entered('live');
      const frozen = threads.taken.at(-1)!;
      const gone = once(frozen, 'exit');
      const recording = record((tags) => picturesOf(tags).length > 120);
      await vi.waitFor(() => expect(hub.get(STREAM)!.lastDtsMs).toBeGreaterThan(1000));
      freezeThreads();
      await gone;
      const tags = await recording;
      expect(threads.taken.at(-1)).not.toBe(frozen);
      expect(Math.min(...stepsOf(tags, 'video'))).toBeGreaterThanOrEqual(33);
      expect(Math.min(...stepsOf(tags, 'audio'))).toBeGreaterThan(0);
      expect(Math.max(...stepsOf(tags, 'audio'))).toBeLessThanOrEqual(66);
      expect(programs.summaries).toEqual([{ programId, state: 'live', rtp, outputs: [] }]);
      expect(states()).toEqual(['live']);
    },
    BUSY_LOOP_MS,
  );

  it('rejects a job that cannot start, and leaves nothing behind', async () => {
    open();
    await expect(programs.handlers.startProgram(job({ profile: { ...job().profile, encoder: 'videotoolbox' } }))).rejects.toMatchObject({
      code: 'ENCODER_UNAVAILABLE',
    });
    const output = { id: OutputId.parse('o1'), request: { kind: 'carrier-pigeon', url: 'coop://roof' } };
    await expect(programs.handlers.startProgram(job({ outputs: [output] }))).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    expect(hub.streams).toEqual([]);
    expect(programs.summaries).toEqual([]);
    const publisher = hub.publish(STREAM, { resumeGraceMs: 60_000 });
    await expect(programs.handlers.startProgram(job())).rejects.toMatchObject({ code: 'CONFLICT' });
    await publisher.close('its publisher is away');
    await expect(programs.handlers.startProgram(job())).rejects.toMatchObject({ code: 'CONFLICT' });
    hub.end(STREAM, 'test');
    await expect(programs.handlers.stopProgram({ programId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it.each([0, 50, 150, 300])('leaves no encoder behind when it is stopped %i ms after the start request', async (waitMs) => {
    open();
    const started = programs.handlers.startProgram(job()).then(
      () => 'started',
      (error: unknown) => toLianmaiError(error).code,
    );
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    await programs.handlers.stopProgram({ programId });
    expect(['started', 'WRONG_STATE']).toContain(await started);
    expect(states().slice(-2)).toEqual(['stopping', 'ended']);
    expect([programs.summaries, hub.streams]).toEqual([[], []]);
    await vi.waitFor(() => expect(encoderPids()).toEqual([]));
  });

  it('fails with the reason when its encoder never works', async () => {
    open();
    programs = new Programs({
      ...{
        hub,
        spriteRenderer,
        threadPool: threads,
        log: LOG,
        rtpIp: '127.0.0.1',
        logLevel: 'silent',
        cpuUsage: new SharedCpuUsage(),
        kinds: createOutputKinds({ guard: openGuard, insecureTls: false }),
      },
      openReader: readAsItIs,
      ffmpeg: { ...ffmpeg, path: '/bin/false' },
      assets: new AssetCache(folder, () => Promise.reject(new LianmaiError('NOT_FOUND'))),
      announce: (name, data) => {
        said.push({ name, data } as Announcement);
        for (const check of waiting) check();
      },
    });
    await programs.handlers.startProgram(job());
    await entered('failed');
    expect(said.at(-1)).toMatchObject({ data: { state: 'failed', reason: { code: 'ENCODER_UNAVAILABLE' } } });
    await vi.waitFor(() => expect(hub.streams).toEqual([]));
  });

  it('knows an output by its id until it is removed', async () => {
    open();
    await programs.handlers.startProgram(job());
    const id = OutputId.parse('o1');
    const request = { kind: 'rtmp', url: 'rtmp://127.0.0.1:9/app/secret-key' };
    const info = await programs.handlers.addOutput({ programId, id, request });
    expect(info).toMatchObject({ id, kind: 'rtmp', state: 'connecting' });
    expect(JSON.stringify(info)).not.toContain('secret-key');
    expect((await programs.handlers.addOutput({ programId, id, request })).id).toBe(id);
    await announced(({ name, data }) => name === 'outputChanged' && data.output.state === 'retrying');
    await programs.handlers.retryOutput({ programId, id });
    await programs.handlers.removeOutput({ programId, id });
    await expect(programs.handlers.removeOutput({ programId, id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(JSON.stringify(said)).not.toContain('secret-key');
  });
});
