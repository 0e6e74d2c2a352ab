import { EventEmitter } from 'node:events';
import { on, withTimeout, type Log } from '@lianmai/kit';
import type {
  BridgeEventData,
  BridgeEventName,
  BridgeRequestInput,
  BridgeRequestName,
  BridgeRequestReply,
  ProgramId,
  SceneState,
  Profile,
} from '@lianmai/protocol';
import type { Bridge, BridgeEvents, BridgeHello } from '../bridge/index.js';
import type { RoomMedia } from '../sfu/index.js';
import type { StageSource } from './contract.js';
import { ProgramTaps } from './ProgramTaps.js';

type Announced<N extends BridgeEventName> = [data: BridgeEventData<N>];

export interface ProgramRunEvents {
  programStateChanged: Announced<'programStateChanged'>;
  outputChanged: Announced<'outputChanged'>;
  statsMeasured: Announced<'statsMeasured'>;
  levelsMeasured: Announced<'levelsMeasured'>;
  /** The bridge is back after a lost socket, with this program running. */
  resumed: [];
  /** The bridge, or the program on it, is gone without having ended the program. */
  lost: [reason: string];
  /** Tracks are missing: show again. */
  tracksLost: [];
}

export interface ProgramRunOptions {
  bridge: Bridge;
  programId: ProgramId;
  stream: { app: string; name: string };
  profile: Profile;
  sceneState: SceneState;
  outputs: BridgeRequestInput<'startProgram'>['outputs'];
  media: RoomMedia;
  log: Log;
}

/** A bridge that has answered `stopProgram` may still have an announcement on its way. */
const LAST_WORD_MS = 2000;
const OVER: ReadonlySet<string> = new Set(['ended', 'failed']);

/** A program on one bridge, from its start there to its end or loss. */
export class ProgramRun extends EventEmitter<ProgramRunEvents> {
  readonly bridge: Bridge;
  readonly programId: ProgramId;
  readonly #options: ProgramRunOptions;
  readonly #undo: (() => void)[] = [];
  #taps: ProgramTaps | null = null;
  #sceneState: SceneState;
  #isOver = false;

  private constructor(options: ProgramRunOptions) {
    super();
    this.#options = options;
    this.bridge = options.bridge;
    this.programId = options.programId;
    this.#sceneState = options.sceneState;
    this.#undo.push(options.bridge.reserve());
    this.#listen();
  }

  /** Resolves when the bridge has taken the program. `prepare` attaches listeners before the first announcement. */
  static async start(options: ProgramRunOptions, prepare: (run: ProgramRun) => void): Promise<ProgramRun> {
    const run = new ProgramRun(options);
    prepare(run);
    const { bridge, programId, stream, profile, sceneState, outputs, media, log } = options;
    try {
      const { rtp } = await bridge.request('startProgram', { programId, stream, profile, sceneState, outputs });
      const onLost = () => run.emit('tracksLost');
      run.#taps = new ProgramTaps({ media, bridge, programId, profile, rtp, log, onLost });
      return run;
    } catch (error) {
      run.close('it could not be started');
      // It may have started all the same, and only the answer was lost.
      void bridge.request('stopProgram', { programId }).catch(() => undefined);
      throw error;
    }
  }

  /** Puts a picture on air and fits the tracks to it. Answers when it is seen, on the program's own clock. Calls of show and fit must not overlap. */
  async show(sceneState: SceneState, sources: readonly StageSource[]): Promise<number> {
    await this.#taps?.grow(sceneState.scene, sources);
    const { appliedAtPtsMs } = await this.request('setScene', { sceneState });
    this.#sceneState = sceneState;
    await this.#taps?.reconcile(sceneState.scene, sources);
    return appliedAtPtsMs;
  }

  /** The same where only tracks may have changed: a picture that is on air already is not sent again. */
  async fit(sceneState: SceneState, sources: readonly StageSource[]): Promise<void> {
    if (!isSamePicture(sceneState, this.#sceneState)) await this.show(sceneState, sources);
    else await this.#taps?.reconcile(sceneState.scene, sources);
  }

  request<N extends BridgeRequestName>(name: N, data: Omit<BridgeRequestInput<N>, 'programId'>): Promise<BridgeRequestReply<N>> {
    // Every request carries the program's id; TypeScript cannot put the rest together again for a name it does not know.
    return this.bridge.request(name, { ...data, programId: this.programId } as BridgeRequestInput<N>);
  }

  /** Ends the program cleanly; resolves when it has ended, or nobody is left who could say so. */
  async stop(): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      this.on('programStateChanged', ({ state }) => OVER.has(state) && resolve());
      this.on('lost', () => resolve());
    });
    try {
      await this.request('stopProgram', {});
    } catch (error) {
      this.#options.log.warn({ err: error }, 'the bridge did not confirm the end of the program');
      return;
    }
    await withTimeout(ended, LAST_WORD_MS, () => undefined);
  }

  /** Lets go of taps and bridge; does not stop anything on it. */
  close(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const undo of this.#undo) undo();
    this.#taps?.close(reason);
  }

  #listen(): void {
    const isOurs = (data: { programId: ProgramId }) => data.programId === this.programId && !this.#isOver;
    const undo = on<BridgeEvents>(this.bridge, {
      programStateChanged: (data) => isOurs(data) && this.emit('programStateChanged', data),
      outputChanged: (data) => isOurs(data) && this.emit('outputChanged', data),
      statsMeasured: (data) => isOurs(data) && this.emit('statsMeasured', data),
      levelsMeasured: (data) => isOurs(data) && this.emit('levelsMeasured', data),
      keyFrameNeeded: (data) => isOurs(data) && void this.#taps?.requestKeyFrame(data.trackId),
      reconnected: (hello) => this.#afterReconnect(hello),
      gone: (reason) => this.#lose(reason),
    });
    this.#undo.push(undo);
  }

  #afterReconnect(hello: BridgeHello): void {
    const own = hello.programs.find(({ programId }) => programId === this.programId);
    if (!own || OVER.has(own.state)) return this.#lose('the bridge came back without the program');
    if (own.state === 'live')
      this.emit('programStateChanged', { programId: this.programId, state: 'live', reason: null, atMs: Date.now() });
    this.emit('resumed');
  }

  #lose(reason: string): void {
    if (this.#isOver) return;
    this.close(reason);
    this.emit('lost', reason);
  }
}

/** Versions differ always; what is seen may not. */
const isSamePicture = (a: SceneState, b: SceneState): boolean =>
  JSON.stringify({ ...a, version: 0 }) === JSON.stringify({ ...b, version: 0 });
