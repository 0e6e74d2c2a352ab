import { once } from 'node:events';
import { backoffMs, delay, type Log } from '@lianmai/kit';
import { LianmaiError, ProgramId, type Profile, type ProgramSummary } from '@lianmai/protocol';
import type { Bridge, BridgePool } from '../bridge/index.js';
import type { BridgePlace, ProgramAdmission } from './ProgramAdmission.js';
import type { ProgramOutputs } from './ProgramOutputs.js';
import { ProgramRun, type ProgramRunListener, type ProgramRunOptions } from './ProgramRun.js';

/** The program that a bridge is asked to run. */
export interface ProgramJob extends Pick<ProgramRunOptions, 'stream' | 'asStream' | 'profile' | 'sceneState' | 'media'> {
  outputs: ProgramOutputs['requests'];
}

/** The program as its supervisor sees it. */
export interface SupervisedProgram extends ProgramRunListener {
  /** Called for each start: scene, stage and outputs as they are then. */
  nextJob(): ProgramJob;
  /** A bridge has accepted `job`; what has changed since is the program's to send. Never rejects. */
  started(run: ProgramRun, job: ProgramJob): Promise<void>;
  /** A bridge has kept the program of an earlier server process on air. Never rejects. */
  adopted(run: ProgramRun, running: ProgramSummary): Promise<void>;
  /** The bridge is lost, and another start follows. */
  restarting(): void;
  /** No bridge accepted the program in time. */
  failed(error: LianmaiError): void;
}

export interface ProgramSupervisorOptions {
  id: ProgramId;
  program: SupervisedProgram;
  bridges: BridgePool;
  admission: Pick<ProgramAdmission, 'place' | 'keep'>;
  /** How long bridges of an earlier server process may take to come back, ms. */
  comeBackMs: number;
  profile: Profile;
  /** How often earlier server processes have started it. */
  runs: number;
  log: Log;
}

/** How long a program that has lost its bridge waits for another. */
const RESTART_PATIENCE_MS = 120_000;
const RESTART_BACKOFF = { firstMs: 200, maxMs: 2000 };

/** Keeps a program running on one bridge after another: starts it, and starts it again when its bridge is lost. */
export class ProgramSupervisor {
  readonly #options: ProgramSupervisorOptions;
  readonly #abort = new AbortController();
  #run: ProgramRun | null = null;
  #runs: number;
  /** The latest start; it may still be under way. */
  #starting: Promise<void> = Promise.resolve();
  #origin: Bridge['hello']['origin'] | null = null;
  /** The run of an earlier server process, while it is looked for. */
  #awaited: ProgramId | null = null;

  constructor(options: ProgramSupervisorOptions) {
    this.#options = options;
    this.#runs = options.runs;
  }

  /** How often a bridge has been asked to run it. */
  get runs(): number {
    return this.#runs;
  }

  /** null until the first start has succeeded, and between two bridges. */
  get run(): ProgramRun | null {
    return this.#run;
  }

  /** Of the latest bridge. */
  get origin(): Bridge['hello']['origin'] | null {
    return this.#origin;
  }

  /** Whether this is the current run, or may become it. */
  owns(bridge: Bridge, programId: ProgramId): boolean {
    if (programId === this.#awaited) return true;
    return this.#run?.bridge === bridge && this.#run.programId === programId;
  }

  /** Resolves when a bridge runs the program with its tracks attached; rejects when none can. */
  start(): Promise<void> {
    return this.#startOn(() => this.#place());
  }

  /**
   * Goes on with the program of an earlier server process: takes it over from the bridge that has kept it on air, or starts it as soon as there is a bridge,
   * or reports that it has failed.
   */
  resume(): void {
    this.#awaited = this.#runId();
    const resuming = async () => {
      const found = await this.#findAwaited();
      this.#awaited = null;
      if (found && !this.#abort.signal.aborted) await this.#adopt(found.bridge, found.running);
      else if (!this.#abort.signal.aborted) void this.#restart();
    };
    this.#starting = resuming();
  }

  /** Waits while the first start is under way. Never rejects. */
  async waitForFirstStart(): Promise<void> {
    if (this.#origin === null) await this.#starting.catch(() => undefined);
  }

  /** Ends the program on its bridge, and any start that is under way. */
  async stop(): Promise<void> {
    this.#abort.abort(new LianmaiError('WRONG_STATE', undefined, { message: 'The program was stopped.' }));
    // The stream's name is free again only after a start that is under way has been undone.
    await this.#starting.catch(() => undefined);
    await this.#run?.stop();
  }

  /** Releases the bridge without stopping anything on it. */
  close(): void {
    this.#abort.abort(new LianmaiError('WRONG_STATE'));
    this.#run?.close('the program has ended');
  }

  #place(): BridgePlace {
    const { admission, bridges, profile } = this.#options;
    return admission.place(bridges, profile);
  }

  /** Waits for a bridge to connect if there is none. Rejects when the signal is aborted first. */
  async #awaitPlace(signal: AbortSignal): Promise<BridgePlace> {
    const { bridges } = this.#options;
    if (bridges.bridges.every(({ state }) => state !== 'connected')) await once(bridges, 'bridgeConnected', { signal });
    return this.#place();
  }

  /** Each run has an id of its own, so that a bridge that comes back late is not taken for its successor. */
  #runId(): ProgramId {
    return ProgramId.parse(`${this.#options.id}.${this.#runs}`);
  }

  /** Returns null when no bridge brings it in time. */
  async #findAwaited(): Promise<{ bridge: Bridge; running: ProgramSummary } | null> {
    const { bridges, comeBackMs } = this.#options;
    const signal = AbortSignal.any([this.#abort.signal, AbortSignal.timeout(comeBackMs)]);
    while (!signal.aborted) {
      for (const bridge of bridges.bridges) {
        const running = bridge.hello.programs.find(({ programId, state }) => programId === this.#awaited && isOn(state));
        if (running && bridge.state === 'connected') return { bridge, running };
      }
      await once(bridges, 'bridgeConnected', { signal }).catch(() => undefined);
    }
    return null;
  }

  async #adopt(bridge: Bridge, running: ProgramSummary): Promise<void> {
    const { program, admission, profile, log } = this.#options;
    const place = admission.keep(bridge, profile);
    this.#run = ProgramRun.adopt(this.#runOptions(place, program.nextJob()), running);
    this.#origin = bridge.hello.origin;
    log.info({ bridge: bridge.id, run: running.programId }, 'a bridge has kept the program on air');
    await program.adopted(this.#run, running);
  }

  #startOn(choose: () => BridgePlace | Promise<BridgePlace>): Promise<void> {
    const start = async () => this.#startRun(await choose());
    this.#starting = start();
    return this.#starting;
  }

  async #startRun(place: BridgePlace): Promise<void> {
    const { program } = this.#options;
    this.#runs += 1;
    const job = program.nextJob();
    const run = await ProgramRun.start(this.#runOptions(place, job));
    if (this.#abort.signal.aborted) {
      await run.stop();
      run.close('stopped during the start');
      throw this.#abort.signal.reason;
    }
    this.#run = run;
    this.#origin = place.bridge.hello.origin;
    await program.started(run, job);
  }

  #runOptions(place: BridgePlace, job: ProgramJob): ProgramRunOptions {
    const { program, log } = this.#options;
    return {
      ...job,
      place,
      programId: this.#runId(),
      broadcastId: this.#options.id,
      listener: program,
      onLost: (lost, reason) => this.#afterLoss(lost, reason),
      log: log.child({ bridge: place.bridge.id }),
    };
  }

  /** A run that is lost while it starts rejects the start instead. */
  #afterLoss(run: ProgramRun, reason: string): void {
    if (this.#run !== run) return;
    this.#run = null;
    if (this.#abort.signal.aborted) return;
    this.#options.log.warn({ lost: reason }, 'the program lost its bridge; starting it again');
    this.#options.program.restarting();
    void this.#restart();
  }

  async #restart(): Promise<void> {
    const { program, log } = this.#options;
    const stopped = this.#abort.signal;
    const signal = AbortSignal.any([stopped, AbortSignal.timeout(RESTART_PATIENCE_MS)]);
    for (let attempt = 0; !stopped.aborted; attempt += 1) {
      try {
        await this.#startOn(() => this.#awaitPlace(signal));
        return;
      } catch (error) {
        if (stopped.aborted) return;
        if (signal.aborted) {
          program.failed(error instanceof LianmaiError ? error : new LianmaiError('BRIDGE_UNAVAILABLE'));
          return;
        }
        log.warn({ err: error }, 'the program could not be started again yet');
        await delay(backoffMs(RESTART_BACKOFF, attempt), signal).catch(() => undefined);
      }
    }
  }
}

const isOn = (state: ProgramSummary['state']): boolean => state === 'starting' || state === 'live';
