import type { Closable } from '@lianmai/kit';
import { LianmaiError, type BridgeCallData, type ProgramId } from '@lianmai/protocol';
import { assertDescriptorsFree } from '../runtime/index.js';
import type { Announce, BridgeHandlers } from '../runtime/control/index.js';
import { Program, type ProgramJob, type ProgramParts } from './Program.js';

export type ProgramHandlers = Pick<BridgeHandlers, Extract<keyof BridgeHandlers, `${string}${'Program' | 'Scene' | 'Track' | 'Output'}`>>;

export interface ProgramsOptions extends ProgramParts {
  announce: Announce;
}

/** All programs of this bridge, as the server commands them. */
export class Programs implements Closable {
  readonly handlers: ProgramHandlers;
  readonly #options: ProgramsOptions;
  readonly #byId = new Map<ProgramId, Program>();
  #isClosed = false;

  constructor(options: ProgramsOptions) {
    this.#options = options;
    this.handlers = {
      startProgram: async (job) => ({ rtp: (await this.#start(job)).rtp }),
      setScene: async ({ programId, sceneState }) => ({ appliedAtPtsMs: await this.#get(programId).setScene(sceneState) }),
      attachTrack: ({ programId, track }) => this.#tell(programId, (program) => program.attachTrack(track)),
      detachTrack: ({ programId, trackId }) => this.#tell(programId, (program) => program.detachTrack(trackId)),
      addOutput: ({ programId, id, request }) => this.#ask(programId, (program) => program.addOutput(id, request)),
      removeOutput: ({ programId, id }) => this.#tell(programId, (program) => program.removeOutput(id)),
      retryOutput: ({ programId, id }) => this.#tell(programId, (program) => program.retryOutput(id)),
      stopProgram: ({ programId }) => this.#tell(programId, (program) => program.stop('stopped')),
    };
  }

  /** For `hello`. */
  get summaries(): BridgeCallData<'hello'>['programs'] {
    return [...this.#byId.values()].map(({ id, state, rtp, outputs }) => ({ programId: id, state, rtp, outputs }));
  }

  /** Sends a returning server the state of everything it missed. */
  announceAll(): void {
    const { announce } = this.#options;
    for (const { id, state, outputs } of this.#byId.values()) {
      announce('programStateChanged', { programId: id, state, reason: null, atMs: Date.now() });
      for (const output of outputs) announce('outputChanged', { programId: id, output });
    }
  }

  async stopAll(reason: string): Promise<void> {
    await Promise.all([...this.#byId.values()].map((program) => program.stop(reason)));
  }

  async close(reason: string): Promise<void> {
    this.#isClosed = true;
    await this.stopAll(reason);
  }

  async #start(job: ProgramJob): Promise<Program> {
    if (this.#isClosed) throw new LianmaiError('SHUTTING_DOWN');
    if (this.#byId.has(job.programId)) throw new LianmaiError('CONFLICT', { programId: job.programId });
    assertDescriptorsFree();
    return Program.start(job, this.#options, (program) => this.#add(program));
  }

  #add(program: Program): void {
    const { announce } = this.#options;
    const { id: programId } = program;
    this.#byId.set(programId, program);
    program.on('stateChanged', (state, reason) => announce('programStateChanged', { programId, state, reason, atMs: Date.now() }));
    program.on('outputChanged', (output) => announce('outputChanged', { programId, output }));
    program.on('keyFrameNeeded', (trackId) => announce('keyFrameNeeded', { programId, trackId }));
    program.on('statsMeasured', (stats, degraded) => announce('statsMeasured', { programId, stats, degraded }));
    program.on('levelsMeasured', (levels) => announce('levelsMeasured', { programId, levels }));
    program.on('closed', () => this.#byId.delete(programId));
  }

  /** Turns what `question` throws into a rejection. */
  async #ask<T>(id: ProgramId, question: (program: Program) => T): Promise<Awaited<T>> {
    return await question(this.#get(id));
  }

  async #tell(id: ProgramId, order: (program: Program) => void | Promise<void>): Promise<Record<string, never>> {
    await order(this.#get(id));
    return {};
  }

  #get(id: ProgramId): Program {
    const program = this.#byId.get(id);
    if (!program) throw new LianmaiError('NOT_FOUND', { programId: id });
    return program;
  }
}
