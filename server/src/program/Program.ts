import { randomUUID } from 'node:crypto';
import type { Log } from '@lianmai/kit';
import {
  LianmaiError,
  ProgramId,
  toLianmaiError,
  type Levels,
  type OutputId,
  type OutputInfo,
  type OutputRequest,
  type Profile,
  type ProgramInfo,
  type ProgramSummary,
  type Scene,
  type UpdateLive,
  type UpdateLiveReply,
  type Viewers,
} from '@lianmai/protocol';
import type { Bridge, BridgePool } from '../bridge/index.js';
import type { PlayersOf, ProgramRoom, ProgramStarter, RunningProgram } from './contract.js';
import { KEPT_MESSAGES, type ProgramIntent } from './intents/index.js';
import type { ProgramAdmission } from './ProgramAdmission.js';
import { ProgramOutputs, type GivenOutput } from './ProgramOutputs.js';
import type { ProgramRun } from './ProgramRun.js';
import { ProgramScene } from './ProgramScene.js';
import { ProgramStatus, type ProgramStateChange } from './ProgramStatus.js';
import { ProgramSupervisor, type ProgramJob, type SupervisedProgram } from './ProgramSupervisor.js';
import { ViewerCounter } from './ViewerCounter.js';

export interface ProgramOptions {
  room: ProgramRoom;
  bridges: BridgePool;
  admission: Pick<ProgramAdmission, 'place' | 'keep'>;
  /** It goes out as the registered stream of the room's name. */
  asStream: boolean;
  profile: Profile;
  scene: Scene;
  outputs: readonly (OutputRequest | GivenOutput)[];
  /** The network that it counts against. */
  network: ProgramStarter['network'];
  /** Of the same program in an earlier server process. */
  earlier?: Pick<ProgramIntent, 'programId' | 'mix' | 'startedAtMs' | 'liveSinceMs' | 'sources' | 'runs'> & { awaitMs: number };
  /** How long bridges of an earlier server process may take to come back, ms. */
  comeBackMs: number;
  /** Number of a stream's players by protocol. */
  playersOf: PlayersOf;
  /** Called whenever `info` has changed. */
  onChanged: () => void;
  onLevels: (levels: Levels) => void;
  log: Log;
}

const APP = 'live';
const RESUMING = 'The server was started again. The program goes on in a moment.';
const RESTARTING = 'The bridge stopped. The program is being started again.';

/** A room's program from its start to its end, whichever bridge runs it. */
export class Program implements RunningProgram {
  readonly id: ProgramId;
  readonly #options: ProgramOptions;
  readonly #status: ProgramStatus;
  readonly #outputs: ProgramOutputs;
  readonly #scene: ProgramScene;
  readonly #supervisor: ProgramSupervisor;
  readonly #viewerCounter: ViewerCounter;
  /** As counted last, at most a second ago. */
  #viewers: Viewers;
  #stopping: Promise<void> | null = null;

  constructor(options: ProgramOptions) {
    this.#options = options;
    const { room, bridges, admission, comeBackMs, profile, scene, outputs, earlier, playersOf, onChanged } = options;
    this.id = earlier?.programId ?? ProgramId.parse(`prg_${randomUUID()}`);
    this.#status = new ProgramStatus(earlier);
    this.#viewerCounter = new ViewerCounter({
      players: () => playersOf({ app: APP, name: room.id }),
      inRoom: () => room.viewers(),
    });
    this.#viewers = this.#viewerCounter.read();
    const log = options.log.child({ program: this.id });
    this.#outputs = new ProgramOutputs({ requests: outputs, onChanged, log });
    const currentRun = () => (this.#status.isOn ? this.#supervisor.run : null);
    this.#scene = new ProgramScene({ room, scene, mix: earlier?.mix ?? {}, awaited: earlier, currentRun, log });
    this.#supervisor = new ProgramSupervisor({
      ...{ id: this.id, program: this.#supervised(), bridges, admission, comeBackMs, profile, runs: earlier?.runs ?? 0, log },
    });
  }

  get info(): ProgramInfo {
    const { room, profile } = this.#options;
    return {
      programId: this.id,
      room: room.id,
      ...this.#status.info,
      profile,
      ...this.#scene.info,
      outputs: this.#outputs.infos,
      hlsPath: `/${APP}/${room.id}.m3u8`,
      viewers: this.#viewers,
    };
  }

  /** Everything that a later server process needs to go on with it; null once it is to end. */
  get intent(): ProgramIntent | null {
    if (!this.#status.isOn) return null;
    const { room, profile, asStream, network } = this.#options;
    const { scene, mix } = this.#scene.info;
    const { startedAtMs, liveSinceMs } = this.#status.info;
    return {
      ...{ programId: this.id, room: room.id, asStream, profile, scene, mix, startedAtMs, liveSinceMs },
      sources: this.#scene.sources,
      outputs: this.#outputs.requests,
      people: room.peopleOnAir(),
      streams: room.streamsOnAir(),
      chat: room.latestChat(KEPT_MESSAGES),
      chatRules: room.chatRules,
      network,
      runs: this.#supervisor.runs,
    };
  }

  get origin(): Bridge['hello']['origin'] | null {
    return this.#supervisor.origin;
  }

  get isOver(): boolean {
    return this.#status.isOver;
  }

  /** Whether this is its current run on that bridge. Bridges are asked to end runs that no program owns. */
  owns(bridge: Bridge, programId: ProgramId): boolean {
    return !this.isOver && this.#supervisor.owns(bridge, programId);
  }

  /** Resolves when a bridge runs it with its tracks attached. If none can, the program has failed and this rejects. */
  async start(): Promise<void> {
    try {
      await this.#supervisor.start();
    } catch (thrown) {
      const error = toLianmaiError(thrown);
      if (this.#status.isOn) this.#end('failed', error);
      throw error;
    }
  }

  /** Goes on with the program of an earlier server process, on the bridge that has kept it on air, or on another. */
  resume(): void {
    this.#status.restart({ code: 'BRIDGE_UNAVAILABLE', message: RESUMING });
    this.#supervisor.resume();
  }

  /** Waits for the first start. Between two bridges this throws BRIDGE_UNAVAILABLE. */
  async update(change: UpdateLive): Promise<UpdateLiveReply> {
    await this.#supervisor.waitForFirstStart();
    const reply = await this.#scene.update(change, () => this.#currentRun());
    this.#options.onChanged();
    return reply;
  }

  async addOutput(request: OutputRequest): Promise<OutputInfo> {
    this.#assertOn();
    return this.#outputs.add(request, this.#supervisor.run);
  }

  async removeOutput(id: OutputId): Promise<void> {
    await this.#outputs.remove(id, this.isOver ? null : this.#supervisor.run);
  }

  async retryOutput(id: OutputId): Promise<void> {
    this.#assertOn();
    this.#outputs.get(id);
    await this.#supervisor.waitForFirstStart();
    await this.#currentRun().request('retryOutput', { id });
  }

  /** Resolves when outputs and stream have ended cleanly. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    if (this.isOver) return;
    this.#status.stopping();
    this.#options.onChanged();
    await this.#supervisor.stop();
    this.#end('ended', null);
  }

  #supervised(): SupervisedProgram {
    return {
      nextJob: () => this.#nextJob(),
      started: (run, job) => this.#afterStart(run, job),
      adopted: (run, running) => this.#afterAdoption(run, running),
      restarting: () => this.#restart(),
      failed: (error) => this.#end('failed', error),
      stateChanged: (change) => this.#afterStateChange(change),
      outputChanged: (output) => this.#outputs.update(output),
      statsMeasured: (measurement) => {
        this.#status.measured(measurement);
        this.#viewers = this.#viewerCounter.read();
        this.#options.onChanged();
      },
      levelsMeasured: (levels) => this.#options.onLevels(levels),
      resumed: () => void this.#scene.sync(),
      tracksLost: () => this.#scene.resyncLater(),
    };
  }

  #nextJob(): ProgramJob {
    const { room, profile, asStream } = this.#options;
    return {
      stream: { app: APP, name: room.id },
      asStream,
      profile,
      sceneState: this.#scene.nextState(),
      outputs: this.#outputs.requests,
      media: room.media,
    };
  }

  async #afterStart(run: ProgramRun, job: ProgramJob): Promise<void> {
    await this.#outputs.reconcile(run, job.outputs);
    this.#options.onChanged();
    await this.#scene.sync();
  }

  async #afterAdoption(run: ProgramRun, { state, outputs }: ProgramSummary): Promise<void> {
    this.#status.advance({ state, reason: null, atMs: this.#options.earlier?.liveSinceMs ?? Date.now() });
    for (const output of outputs) this.#outputs.update(output);
    await this.#outputs.reconcile(run, outputs);
    this.#options.onChanged();
    await this.#scene.sync();
  }

  #restart(): void {
    this.#status.restart({ code: 'BRIDGE_UNAVAILABLE', message: RESTARTING });
    this.#outputs.restart();
    this.#options.onChanged();
  }

  /** Ignored once `stop` was called: `stop` itself announces the end after everything has been released. */
  #afterStateChange(change: ProgramStateChange): void {
    if (!this.#status.isOn) return;
    if (change.state === 'ended' || change.state === 'failed') this.#end(change.state, change.reason);
    else if (this.#status.advance(change)) this.#options.onChanged();
  }

  #currentRun(): ProgramRun {
    this.#assertOn();
    const { run } = this.#supervisor;
    if (!run) throw new LianmaiError('BRIDGE_UNAVAILABLE', undefined, { message: RESTARTING });
    return run;
  }

  #assertOn(): void {
    if (!this.#status.isOn) throw new LianmaiError('WRONG_STATE', { state: this.#status.state }, { message: 'The room is not live.' });
  }

  #end(state: 'ended' | 'failed', reason: ProgramInfo['reason']): void {
    if (this.isOver) return;
    this.#status.end(state, reason);
    this.#scene.close();
    this.#outputs.stopAll();
    this.#supervisor.close();
    this.#options.onChanged();
  }
}
