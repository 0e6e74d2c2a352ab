import { on, SerialQueue, type Log } from '@lianmai/kit';
import {
  LianmaiError,
  MAX_MIX_ENTRIES,
  patchScene,
  type Mix,
  type ProgramInfo,
  type ProgramSource,
  type Scene,
  type SceneState,
  type UpdateLive,
  type UpdateLiveReply,
} from '@lianmai/protocol';
import type { ProgramRoom, ProgramRoomEvents, StageSource } from './contract.js';
import type { ProgramRun } from './ProgramRun.js';

export interface ProgramSceneOptions {
  room: ProgramRoom;
  scene: Scene;
  mix: Mix;
  /** null between two bridges, and once the program is stopping. */
  currentRun: () => ProgramRun | null;
  /** On stage in an earlier server process: the picture keeps their places for `awaitMs`. */
  awaited?: { sources: readonly ProgramSource[]; awaitMs: number } | undefined;
  log: Log;
}

const RESYNC_MS = 500;

/** A program's scene and mix. Shows them on the bridge together with whoever is on stage, and again whenever the stage changes. */
export class ProgramScene {
  readonly #options: ProgramSceneOptions;
  /** Scene changes and stage changes go on air one at a time. */
  readonly #changes = new SerialQueue();
  readonly #unsubscribe: () => void;
  #scene: Scene;
  #mix: Mix;
  #sceneVersion = 1;
  /** Numbers the states sent to bridges. */
  #stateVersion = 0;
  #isSyncDue = false;
  /** On stage in an earlier server process, in its order. */
  #earlier: readonly ProgramSource[] = [];
  #awaiting: NodeJS.Timeout | null = null;

  constructor(options: ProgramSceneOptions) {
    this.#options = options;
    this.#scene = options.scene;
    this.#mix = options.mix;
    this.#unsubscribe = on<ProgramRoomEvents>(options.room, { stageSourcesChanged: () => this.#syncSoon() });
    if (options.awaited) this.#await(options.awaited);
  }

  get info(): Pick<ProgramInfo, 'scene' | 'sceneVersion' | 'mix'> {
    return { scene: this.#scene, sceneVersion: this.#sceneVersion, mix: this.#mix };
  }

  /** The scene, the mix and the stage as they are now, under a new version. */
  nextState(): SceneState {
    return this.#stateOf(this.#scene, this.#mix, this.#stageSources());
  }

  /** As viewers see them. */
  get sources(): ProgramSource[] {
    return this.#stageSources().map(({ id, kind, name, hasVideo, hasAudio }) => ({ id, kind, name, hasVideo, hasAudio }));
  }

  /** Resolves when the change is on air. Nothing changes if `requireRun` throws or the bridge rejects it. */
  update(change: UpdateLive, requireRun: () => ProgramRun): Promise<UpdateLiveReply> {
    return this.#changes.run(async () => {
      if (change.version !== undefined && change.version !== this.#sceneVersion)
        throw new LianmaiError('CONFLICT', { sceneVersion: this.#sceneVersion });
      const scene = patchScene(this.#scene, change.scene ?? {});
      const sources = this.#stageSources();
      const mix = bounded({ ...this.#mix, ...change.mix }, sources);
      const appliedAtPtsMs = await requireRun().show(this.#stateOf(scene, mix, sources), sources);
      this.#scene = scene;
      this.#mix = mix;
      this.#sceneVersion += 1;
      return { sceneVersion: this.#sceneVersion, scene, appliedAtPtsMs };
    });
  }

  /** Fits scene and tracks to who is on stage. Never rejects: a failure is tried again. */
  sync(): Promise<void> {
    return this.#changes.run(async () => {
      const run = this.#options.currentRun();
      if (!run) return;
      try {
        const sources = this.#stageSources();
        await run.fit(this.#stateOf(this.#scene, this.#mix, sources), sources);
      } catch (error) {
        this.#options.log.warn({ err: error }, 'could not fit the program to the stage');
        // A bridge that is away is synced when it comes back.
        if (run.bridge.state === 'connected') this.resyncLater();
      }
    });
  }

  resyncLater(): void {
    this.#scheduleSync((sync) => setTimeout(sync, RESYNC_MS).unref());
  }

  close(): void {
    this.#unsubscribe();
    if (this.#awaiting) clearTimeout(this.#awaiting);
  }

  #await({ sources, awaitMs }: { sources: readonly ProgramSource[]; awaitMs: number }): void {
    this.#earlier = sources;
    this.#awaiting = setTimeout(() => {
      this.#awaiting = null;
      this.#syncSoon();
    }, awaitMs).unref();
  }

  /** First those of the earlier server process in their order, back or awaited, then the others. */
  #stageSources(): StageSource[] {
    const present = this.#options.room.stageSources();
    const away = (source: ProgramSource) => (this.#awaiting ? [{ ...source, videoProducer: null, audioProducer: null }] : []);
    const kept = this.#earlier.flatMap((source) => present.find(({ id }) => id === source.id) ?? away(source));
    return [...kept, ...present.filter(({ id }) => !this.#earlier.some((source) => source.id === id))];
  }

  /** All stage changes of one tick go on air together. */
  #syncSoon(): void {
    this.#scheduleSync((sync) => setImmediate(sync));
  }

  #scheduleSync(schedule: (sync: () => void) => void): void {
    if (this.#isSyncDue || !this.#options.currentRun()) return;
    this.#isSyncDue = true;
    schedule(() => {
      this.#isSyncDue = false;
      void this.sync();
    });
  }

  #stateOf(scene: Scene, mix: Mix, stageSources: readonly StageSource[]): SceneState {
    this.#stateVersion += 1;
    const sources = stageSources.map(({ id, kind, name, hasVideo, hasAudio }) => ({ id, kind, name, hasVideo, hasAudio }));
    return { version: this.#stateVersion, scene, mix, sources };
  }
}

function bounded(mix: Mix, sources: readonly StageSource[]): Mix {
  if (Object.keys(mix).length <= MAX_MIX_ENTRIES) return mix;
  return Object.fromEntries(Object.entries(mix).filter(([id]) => sources.some((source) => source.id === id)));
}
