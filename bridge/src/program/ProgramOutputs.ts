import { withTimeout, type Closable, type Log } from '@lianmai/kit';
import { LianmaiError, type OutputId, type OutputInfo, type OutputRequest } from '@lianmai/protocol';
import { supervise, type OutputKinds, type OutputSupervisor } from '../egress/index.js';
import type { OpenReader } from '../hub/renditions/index.js';
import type { Stream } from '../hub/stream/index.js';

export interface ProgramOutputsOptions {
  kinds: OutputKinds;
  openReader: OpenReader;
  log: Log;
  onChanged: (info: OutputInfo) => void;
}

/** A program's outputs. Each is added, fails and is removed on its own. */
export class ProgramOutputs implements Closable {
  readonly #stream: Stream;
  readonly #options: ProgramOutputsOptions;
  readonly #byId = new Map<OutputId, OutputSupervisor>();

  constructor(stream: Stream, options: ProgramOutputsOptions) {
    this.#stream = stream;
    this.#options = options;
  }

  get infos(): OutputInfo[] {
    return [...this.#byId.values()].map((output) => output.info);
  }

  /** Returns the existing output if there is one: a request is repeated when its reply was lost. Throws BAD_REQUEST or UNSUPPORTED. */
  add(id: OutputId, request: OutputRequest): OutputInfo {
    const existing = this.#byId.get(id);
    if (existing) return existing.info;
    const { kinds, openReader, log, onChanged } = this.#options;
    const output = supervise(this.#stream, { id, output: kinds.prepare(request) }, { openReader, log });
    this.#byId.set(id, output);
    output.on('changed', onChanged);
    return output.info;
  }

  async remove(id: OutputId): Promise<void> {
    const output = this.#get(id);
    this.#byId.delete(id);
    await output.close('removed');
  }

  retry(id: OutputId): void {
    this.#get(id).retry();
  }

  /** Resolves when all outputs have ended because their stream has, or after `patienceMs`. */
  async ended(patienceMs: number): Promise<void> {
    const live = [...this.#byId.values()].filter(isLive);
    await withTimeout(Promise.all(live.map(untilStopped)), patienceMs, () => undefined);
  }

  async close(reason: string): Promise<void> {
    await Promise.all([...this.#byId.values()].map((output) => output.close(reason)));
  }

  #get(id: OutputId): OutputSupervisor {
    const output = this.#byId.get(id);
    if (!output) throw new LianmaiError('NOT_FOUND', { outputId: id });
    return output;
  }
}

/** Only live outputs have a session to end; one that waits for a retry is simply closed. */
const isLive = (output: OutputSupervisor) => output.info.state === 'live';

const untilStopped = (output: OutputSupervisor) =>
  new Promise<void>((resolve) => output.on('changed', ({ state }) => state !== 'live' && resolve()));
