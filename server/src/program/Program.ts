import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { backoffMs, delay, on, SerialQueue, type Log } from '@lianmai/kit';
import {
  LianmaiError,
  patchScene,
  ProgramId,
  toLianmaiError,
  type BridgeEventData,
  type Levels,
  type ProgramInfo,
  type Mix,
  type OutputId,
  type OutputInfo,
  type OutputRequest,
  type Profile,
  type SceneState,
  type Scene,
  type UpdateLive,
  type UpdateLiveReply,
} from '@lianmai/protocol';
import type { Bridge, BridgePool } from '../bridge/index.js';
import { awaitBridge, chooseBridge } from './chooseBridge.js';
import { reconcileOutputs, isUnknown } from './reconcileOutputs.js';
import type { ProgramRoom, ProgramRoomEvents, StageSource } from './contract.js';
import { ProgramOutputs } from './ProgramOutputs.js';
import { ProgramRun } from './ProgramRun.js';
import { ProgramStatus } from './ProgramStatus.js';

export interface ProgramEvents {
  changed: [];
  levels: [levels: Levels];
}

export interface ProgramOptions {
  room: ProgramRoom;
  bridges: BridgePool;
  profile: Profile;
  scene: Scene;
  outputs: readonly OutputRequest[];
  log: Log;
}

const APP = 'live';
/** How long a program whose bridge is lost waits for another. */
const RESCUE_PATIENCE_MS = 30_000;
const RESCUE_BACKOFF = { firstMs: 200, maxMs: 2000 };
const RESYNC_MS = 500;
/** Settings of sources that are away are remembered, up to here: everybody in the room is told the mix. */
const MAX_MIX_ENTRIES = 256;
const MOVING = 'The bridge stopped. The program is being started again.';

/** A room's program from its start to its end, on one bridge after another if need be. */
export class Program extends EventEmitter<ProgramEvents> {
  readonly id = ProgramId.parse(`prg_${randomUUID()}`);
  readonly #options: ProgramOptions;
  readonly #status = new ProgramStatus();
  readonly #outputs = new ProgramOutputs();
  /** Pictures go on air one after another: a scene change and an arrival on stage never overlap. */
  readonly #sceneChanges = new SerialQueue();
  readonly #abort = new AbortController();
  readonly #unsubscribe: () => void;
  #run: ProgramRun | null = null;
  #runs = 0;
  /** The start on a bridge that is going on. */
  #moving: Promise<void> = Promise.resolve();
  #scene: Scene;
  #mix: Mix = {};
  #sceneVersion = 1;
  #sceneStateVersion = 0;
  #origin: Bridge['hello']['origin'] | null = null;
  #isSyncDue = false;
  #stopping: Promise<void> | null = null;

  constructor(options: ProgramOptions) {
    super();
    this.#options = options;
    this.#scene = options.scene;
    for (const output of options.outputs) this.#outputs.add(output);
    this.#unsubscribe = on<ProgramRoomEvents>(options.room, { stageSourcesChanged: () => this.#syncSoon() });
  }

  get info(): ProgramInfo {
    const { room, profile } = this.#options;
    return {
      programId: this.id,
      room: room.id,
      ...this.#status.info,
      profile,
      scene: this.#scene,
      sceneVersion: this.#sceneVersion,
      mix: this.#mix,
      outputs: this.#outputs.infos,
      hlsPath: `/${APP}/${room.id}.m3u8`,
    };
  }

  get origin(): Bridge['hello']['origin'] | null {
    return this.#origin;
  }

  get isOver(): boolean {
    return this.#status.isOver;
  }

  /** Whether this is its present run: a bridge is asked to end what nobody owns. */
  owns(bridge: Bridge, programId: ProgramId): boolean {
    return !this.isOver && this.#run?.bridge === bridge && this.#run.programId === programId;
  }

  /** Resolves when a bridge has it and the tracks are on their way; rejects, and is failed, when none could take it. */
  async start(): Promise<void> {
    try {
      await this.#move(() => chooseBridge(this.#options.bridges, this.#options.profile.encoder));
    } catch (thrown) {
      const error = toLianmaiError(thrown);
      if (this.#status.isOn) this.#end('failed', error);
      throw error;
    }
  }

  async update(change: UpdateLive): Promise<UpdateLiveReply> {
    await this.#firstRun();
    return this.#sceneChanges.run(async () => {
      if (change.version !== undefined && change.version !== this.#sceneVersion)
        throw new LianmaiError('CONFLICT', { sceneVersion: this.#sceneVersion });
      const scene = patchScene(this.#scene, change.scene ?? {});
      const sources = this.#options.room.stageSources();
      const mix = bounded({ ...this.#mix, ...change.mix }, sources);
      const appliedAtPtsMs = await this.#running().show(this.#sceneState(scene, mix, sources), sources);
      this.#scene = scene;
      this.#mix = mix;
      this.#sceneVersion += 1;
      this.emit('changed');
      return { sceneVersion: this.#sceneVersion, scene, appliedAtPtsMs };
    });
  }

  async addOutput(request: OutputRequest): Promise<OutputInfo> {
    this.#assertOn();
    const id = this.#outputs.add(request);
    try {
      // While it moves to another bridge there is nobody to tell: the new one gets it with the rest.
      const info = await this.#run?.request('addOutput', { id, request });
      if (info) this.#outputs.update(info);
    } catch (error) {
      this.#outputs.remove(id);
      throw error;
    } finally {
      this.emit('changed');
    }
    return this.#outputs.get(id);
  }

  async removeOutput(id: OutputId): Promise<void> {
    this.#outputs.get(id);
    if (!this.isOver)
      await this.#run?.request('removeOutput', { id }).catch((error: unknown) => {
        if (!isUnknown(error)) throw error;
      });
    this.#outputs.remove(id);
    this.emit('changed');
  }

  async retryOutput(id: OutputId): Promise<void> {
    this.#assertOn();
    this.#outputs.get(id);
    await this.#firstRun();
    await this.#running().request('retryOutput', { id });
  }

  /** Resolves when outputs and stream have ended cleanly. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    if (this.isOver) return;
    this.#status.stopping();
    this.#abort.abort(new LianmaiError('WRONG_STATE', undefined, { message: 'The program was stopped.' }));
    this.emit('changed');
    // The stream's name is free again only when a start that was on its way has been undone.
    await this.#moving.catch(() => undefined);
    await this.#run?.stop();
    this.#end('ended', null);
  }

  #move(choose: () => Bridge | Promise<Bridge>): Promise<void> {
    const move = async () => this.#runOn(await choose());
    this.#moving = move();
    return this.#moving;
  }

  async #runOn(bridge: Bridge): Promise<void> {
    const { room, profile, log } = this.#options;
    this.#runs += 1;
    const outputs = this.#outputs.requests;
    const run = await ProgramRun.start(
      {
        bridge,
        // A run of its own for each bridge: one that comes back from the dead is not taken for its successor.
        programId: ProgramId.parse(`${this.id}.${this.#runs}`),
        stream: { app: APP, name: room.id },
        profile,
        sceneState: this.#sceneState(this.#scene, this.#mix, room.stageSources()),
        outputs,
        media: room.media,
        log: log.child({ program: this.id, bridge: bridge.id }),
      },
      (started) => this.#listen(started),
    );
    if (this.#abort.signal.aborted) {
      await run.stop();
      run.close('stopped meanwhile');
      throw this.#abort.signal.reason;
    }
    this.#run = run;
    this.#origin = bridge.hello.origin;
    await reconcileOutputs(this.#outputs, run, outputs, log);
    this.emit('changed');
    await this.#sync();
  }

  #listen(run: ProgramRun): void {
    run.on('programStateChanged', (change) => this.#afterStateChange(change));
    run.on('outputChanged', ({ output }) => this.#outputs.update(output) && this.emit('changed'));
    run.on('statsMeasured', ({ stats, hlsViewers }) => {
      this.#status.measured(stats, hlsViewers);
      this.emit('changed');
    });
    run.on('levelsMeasured', ({ levels }) => this.emit('levels', levels));
    run.on('resumed', () => void this.#sync());
    run.on('tracksLost', () => this.#syncSoon(RESYNC_MS));
    run.on('lost', (reason) => this.#run === run && void this.#rescue(reason));
  }

  /** Once `stop` was called, it tells the end when everything is put away. */
  #afterStateChange(change: BridgeEventData<'programStateChanged'>): void {
    if (!this.#status.isOn) return;
    if (change.state === 'ended' || change.state === 'failed') this.#end(change.state, change.reason);
    else if (this.#status.advance(change)) this.emit('changed');
  }

  /** The bridge is gone: the same program, with the same outputs, on another or on its successor. */
  async #rescue(lost: string): Promise<void> {
    this.#run = null;
    if (!this.#status.isOn) return;
    const { bridges, profile, log } = this.#options;
    log.warn({ program: this.id, lost }, 'the program lost its bridge; starting it again');
    this.#status.restart({ code: 'BRIDGE_UNAVAILABLE', message: MOVING });
    this.#outputs.restart();
    this.emit('changed');
    const signal = AbortSignal.any([this.#abort.signal, AbortSignal.timeout(RESCUE_PATIENCE_MS)]);
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#move(() => awaitBridge(bridges, profile.encoder, signal));
      } catch (error) {
        if (!this.#status.isOn) return;
        if (signal.aborted) return this.#end('failed', error instanceof LianmaiError ? error : new LianmaiError('BRIDGE_UNAVAILABLE'));
        log.warn({ program: this.id, err: error }, 'the program could not be started again yet');
        await delay(backoffMs(RESCUE_BACKOFF, attempt), signal).catch(() => undefined);
        if (!this.#status.isOn) return;
      }
    }
  }

  /** Whatever changes in one tick is one picture. */
  #syncSoon(afterMs = 0): void {
    if (this.#isSyncDue || !this.#status.isOn) return;
    this.#isSyncDue = true;
    const sync = () => {
      this.#isSyncDue = false;
      void this.#sync();
    };
    if (afterMs > 0) setTimeout(sync, afterMs).unref();
    else setImmediate(sync);
  }

  /** Fits picture and tracks to who is on stage. Never rejects: what fails is tried again. */
  #sync(): Promise<void> {
    return this.#sceneChanges.run(async () => {
      const run = this.#run;
      if (!run || !this.#status.isOn) return;
      try {
        const sources = this.#options.room.stageSources();
        await run.fit(this.#sceneState(this.#scene, this.#mix, sources), sources);
      } catch (error) {
        this.#options.log.warn({ program: this.id, err: error }, 'the program could not be fitted to the stage');
        if (run.bridge.state === 'connected') this.#syncSoon(RESYNC_MS); // else its return brings a new one
      }
    });
  }

  #sceneState(scene: Scene, mix: Mix, sources: readonly StageSource[]): SceneState {
    this.#sceneStateVersion += 1;
    const shown = sources.map(({ id, kind, name, hasVideo, hasAudio }) => ({ id, kind, name, hasVideo, hasAudio }));
    return { version: this.#sceneStateVersion, scene, mix, sources: shown };
  }

  /** What is asked while the first start is on its way waits for it; between two bridges it is refused. */
  async #firstRun(): Promise<void> {
    if (this.#origin === null) await this.#moving.catch(() => undefined);
  }

  #running(): ProgramRun {
    this.#assertOn();
    if (!this.#run) throw new LianmaiError('BRIDGE_UNAVAILABLE', undefined, { message: MOVING });
    return this.#run;
  }

  #assertOn(): void {
    if (!this.#status.isOn) throw new LianmaiError('WRONG_STATE', { state: this.#status.state }, { message: 'The room is not live.' });
  }

  #end(state: 'ended' | 'failed', reason: ProgramInfo['reason']): void {
    if (this.isOver) return;
    this.#status.end(state, reason);
    this.#abort.abort(new LianmaiError('WRONG_STATE'));
    this.#unsubscribe();
    this.#outputs.stopAll();
    this.#run?.close('the program is over');
    this.emit('changed');
  }
}

function bounded(mix: Mix, sources: readonly StageSource[]): Mix {
  if (Object.keys(mix).length <= MAX_MIX_ENTRIES) return mix;
  return Object.fromEntries(Object.entries(mix).filter(([id]) => sources.some((source) => source.id === id)));
}
