import type { Log } from '@lianmai/kit';
import { LianmaiError, toLianmaiError, type OutputId, type OutputInfo, type OutputRequest } from '@lianmai/protocol';
import { OutputRegister } from './OutputRegister.js';
import type { ProgramRun } from './ProgramRun.js';

/** With the id that it has on the bridge. */
export type GivenOutput = OutputRegister['requests'][number];

export interface ProgramOutputsOptions {
  requests: readonly (OutputRequest | GivenOutput)[];
  /** Called when users should see the outputs again. */
  onChanged: () => void;
  log: Log;
}

/** Keeps the register of outputs and the bridge that sends them in step. `run` is null between two bridges. */
export class ProgramOutputs {
  readonly #options: ProgramOutputsOptions;
  readonly #register = new OutputRegister();

  constructor(options: ProgramOutputsOptions) {
    this.#options = options;
    for (const given of options.requests) {
      if ('request' in given) this.#register.add(given.request, given.id);
      else this.#register.add(given);
    }
  }

  get infos(): OutputInfo[] {
    return this.#register.infos;
  }

  /** With stream keys, for the bridge only. */
  get requests(): GivenOutput[] {
    return this.#register.requests;
  }

  /** Throws NOT_FOUND. */
  get(id: OutputId): OutputInfo {
    return this.#register.get(id);
  }

  /** Without a run the output is only registered: the next bridge gets it with the others. */
  async add(request: OutputRequest, run: ProgramRun | null): Promise<OutputInfo> {
    const id = this.#register.add(request);
    try {
      const info = await run?.request('addOutput', { id, request });
      if (info) this.#register.update(info);
    } catch (error) {
      this.#register.remove(id);
      throw error;
    } finally {
      this.#options.onChanged();
    }
    return this.#register.get(id);
  }

  async remove(id: OutputId, run: ProgramRun | null): Promise<void> {
    this.#register.get(id);
    if (run) await removeFrom(run, id);
    this.#register.remove(id);
    this.#options.onChanged();
  }

  /** Takes over what the bridge reports. */
  update(info: OutputInfo): void {
    if (this.#register.update(info)) this.#options.onChanged();
  }

  /** Adds and removes on the bridge what was added and removed here since it was `given` its outputs. Never rejects. */
  async reconcile(run: ProgramRun, given: readonly Pick<GivenOutput, 'id'>[]): Promise<void> {
    const now = this.#register.requests;
    const added = without(now, given);
    const removed = without(given, now);
    await Promise.all([...added.map((output) => this.#addTo(run, output)), ...removed.map(({ id }) => this.#removeStray(run, id))]);
  }

  /** The program starts again on another bridge. */
  restart(): void {
    this.#register.restart();
  }

  /** The program has ended or failed. */
  stopAll(): void {
    this.#register.stopAll();
  }

  async #addTo(run: ProgramRun, { id, request }: GivenOutput): Promise<void> {
    try {
      this.#register.update(await run.request('addOutput', { id, request }));
    } catch (error) {
      this.#register.fail(id, toLianmaiError(error));
    }
  }

  async #removeStray(run: ProgramRun, id: OutputId): Promise<void> {
    try {
      await removeFrom(run, id);
    } catch (error) {
      this.#options.log.warn({ output: id, err: error }, 'could not remove an output');
    }
  }
}

/** An output that the bridge does not know counts as removed. */
async function removeFrom(run: ProgramRun, id: OutputId): Promise<void> {
  try {
    await run.request('removeOutput', { id });
  } catch (error) {
    if (!(error instanceof LianmaiError && error.code === 'NOT_FOUND')) throw error;
  }
}

const without = <O extends { id: OutputId }>(outputs: readonly O[], others: readonly { id: OutputId }[]): O[] =>
  outputs.filter(({ id }) => !others.some((other) => other.id === id));
