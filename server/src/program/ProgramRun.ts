import { on, withTimeout, type Log } from '@lianmai/kit';
import type {
  BridgeEventData,
  BridgeRequestInput,
  BridgeRequestName,
  BridgeRequestReply,
  Levels,
  OutputInfo,
  Profile,
  ProgramId,
  ProgramSummary,
  SceneState,
} from '@lianmai/protocol';
import type { Bridge, BridgeEvents, BridgeHello } from '../bridge/index.js';
import type { RoomMedia } from '../sfu/index.js';
import type { StageSource } from './contract.js';
import type { BridgePlace } from './ProgramAdmission.js';
import type { ProgramMeasurement, ProgramStateChange } from './ProgramStatus.js';
import { ProgramTaps } from './ProgramTaps.js';

/** Receives what the bridge reports about one run, from the start request until the run is closed. */
export interface ProgramRunListener {
  stateChanged(change: ProgramStateChange): void;
  outputChanged(output: OutputInfo): void;
  statsMeasured(measurement: ProgramMeasurement): void;
  levelsMeasured(levels: Levels): void;
  /** The bridge is back after a lost socket, with this program running. */
  resumed(): void;
  /** Tracks are missing: fit the scene again. */
  tracksLost(): void;
}

export interface ProgramRunOptions {
  /** Its cores are given back when the run is closed. */
  place: BridgePlace;
  programId: ProgramId;
  stream: { app: string; name: string };
  asStream: boolean;
  /** The same for all runs of the program. */
  broadcastId: ProgramId;
  profile: Profile;
  sceneState: SceneState;
  outputs: BridgeRequestInput<'startProgram'>['outputs'];
  media: RoomMedia;
  listener: ProgramRunListener;
  /** The bridge is gone, or came back without the program. The run is closed already. */
  onLost: (run: ProgramRun, reason: string) => void;
  log: Log;
}

/** After the bridge has answered `stopProgram`, its last announcement may still be on its way. */
const LAST_ANNOUNCEMENT_MS = 2000;
const isEnd = (state: string): boolean => state === 'ended' || state === 'failed';

/** A program on one bridge, from its start there until it ends or the bridge is lost. */
export class ProgramRun {
  readonly bridge: Bridge;
  readonly programId: ProgramId;
  readonly #options: ProgramRunOptions;
  readonly #undo: (() => void)[] = [];
  #taps: ProgramTaps | null = null;
  /** On air; null until this process has set it. */
  #sceneState: SceneState | null;
  #isClosed = false;
  /** Tells `stop` that the program has ended, or that the bridge is lost. */
  #onEnd: () => void = () => {};

  private constructor(options: ProgramRunOptions, sceneState: SceneState | null) {
    this.#options = options;
    this.bridge = options.place.bridge;
    this.programId = options.programId;
    this.#sceneState = sceneState;
    this.#undo.push(this.#listen());
  }

  /** Resolves when the bridge has accepted the program. */
  static async start(options: ProgramRunOptions): Promise<ProgramRun> {
    const { programId, stream, asStream, broadcastId, profile, sceneState, outputs } = options;
    const run = new ProgramRun(options, sceneState);
    try {
      const job = { programId, stream, asStream, broadcastId, profile, sceneState, outputs };
      const { rtp } = await run.bridge.request('startProgram', job);
      run.#openTaps(rtp);
      return run;
    } catch (error) {
      run.#abandon();
      throw error;
    }
  }

  /** Takes over a program that an earlier server process has started, and that runs on. */
  static adopt(options: ProgramRunOptions, { rtp }: Pick<ProgramSummary, 'rtp'>): ProgramRun {
    const run = new ProgramRun(options, null);
    run.#openTaps(rtp);
    return run;
  }

  #openTaps(rtp: ProgramSummary['rtp']): void {
    const { media, profile, listener, log } = this.#options;
    const { bridge, programId } = this;
    this.#taps = new ProgramTaps({ media, bridge, programId, profile, rtp, log, onLost: () => listener.tracksLost() });
  }

  /** Puts a scene on air and fits the tracks to it. Returns when it is visible, on the program's own clock. Calls of show and fit must not overlap. */
  async show(sceneState: SceneState, sources: readonly StageSource[]): Promise<number> {
    await this.#taps?.grow(sceneState.scene, sources);
    const { appliedAtPtsMs } = await this.request('setScene', { sceneState });
    this.#sceneState = sceneState;
    await this.#taps?.reconcile(sceneState.scene, sources);
    return appliedAtPtsMs;
  }

  /** Like `show`, but sends the scene only if it differs from what is on air. */
  async fit(sceneState: SceneState, sources: readonly StageSource[]): Promise<void> {
    if (!this.#sceneState || !isSamePicture(sceneState, this.#sceneState)) await this.show(sceneState, sources);
    else await this.#taps?.reconcile(sceneState.scene, sources);
  }

  request<N extends BridgeRequestName>(name: N, data: Omit<BridgeRequestInput<N>, 'programId'>): Promise<BridgeRequestReply<N>> {
    // Every request carries the program's id, but TypeScript cannot reassemble the type for a generic name.
    return this.bridge.request(name, { ...data, programId: this.programId } as BridgeRequestInput<N>);
  }

  /** Ends the program cleanly. Resolves when it has ended, or when the bridge cannot confirm that. */
  async stop(): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      this.#onEnd = resolve;
    });
    try {
      await this.request('stopProgram', {});
    } catch (error) {
      this.#options.log.warn({ err: error }, 'the bridge did not confirm the end of the program');
      return;
    }
    await withTimeout(ended, LAST_ANNOUNCEMENT_MS, () => undefined);
  }

  /** Releases taps and bridge. Does not stop the program on the bridge. */
  close(reason: string): void {
    if (this.#isClosed) return;
    this.#detach();
    this.#taps?.close(reason);
    this.#options.place.cores.release();
  }

  #detach(): void {
    this.#isClosed = true;
    for (const undo of this.#undo) undo();
  }

  /** The bridge may have started the program, or still be starting it, with only the answer lost. Its cores are free when it has stopped. */
  #abandon(): void {
    this.#detach();
    void this.bridge
      .request('stopProgram', { programId: this.programId })
      .catch(() => undefined)
      .finally(() => this.#options.place.cores.release());
  }

  #listen(): () => void {
    const { listener } = this.#options;
    const isOurs = (data: { programId: ProgramId }) => data.programId === this.programId && !this.#isClosed;
    return on<BridgeEvents>(this.bridge, {
      programStateChanged: (data) => isOurs(data) && this.#afterStateChange(data),
      outputChanged: (data) => isOurs(data) && listener.outputChanged(data.output),
      statsMeasured: (data) => isOurs(data) && this.#measure(data),
      levelsMeasured: (data) => isOurs(data) && listener.levelsMeasured(data.levels),
      keyFrameNeeded: (data) => isOurs(data) && void this.#taps?.requestKeyFrame(data.trackId),
      reconnected: (hello) => this.#afterReconnect(hello),
      gone: (reason) => this.#lose(reason),
    });
  }

  #measure(measurement: BridgeEventData<'statsMeasured'>): void {
    const { decoders, compositor, encoder } = measurement.stats.cpu;
    this.#options.place.cores.measured(decoders + compositor + encoder, measurement.degraded !== null);
    this.#options.listener.statsMeasured(measurement);
  }

  #afterStateChange(change: BridgeEventData<'programStateChanged'>): void {
    this.#options.listener.stateChanged(change);
    if (isEnd(change.state)) this.#onEnd();
  }

  #afterReconnect({ programs }: BridgeHello): void {
    const own = programs.find(({ programId }) => programId === this.programId);
    if (!own || isEnd(own.state)) {
      this.#lose('the bridge came back without the program');
      return;
    }
    const { listener } = this.#options;
    if (own.state === 'live') listener.stateChanged({ state: 'live', reason: null, atMs: Date.now() });
    listener.resumed();
  }

  #lose(reason: string): void {
    if (this.#isClosed) return;
    this.close(reason);
    this.#onEnd();
    this.#options.onLost(this, reason);
  }
}

/** Compares what viewers see: versions always differ. */
const isSamePicture = (a: SceneState, b: SceneState): boolean =>
  JSON.stringify({ ...a, version: 0 }) === JSON.stringify({ ...b, version: 0 });
