import type { Closable, Log } from '@lianmai/kit';
import { idleOutput, toLianmaiError, type OutputId, type OutputInfo, type StreamJob } from '@lianmai/protocol';
import { supervise, type OutputKinds, type OutputSupervisor, type PreparedOutput } from '../egress/index.js';
import type { OpenReader } from '../hub/renditions/index.js';
import type { Stream } from '../hub/stream/index.js';

interface Slot {
  /** The request as text, to detect changes. */
  request: string;
  output: PreparedOutput | null;
  running: OutputSupervisor | null;
}

export interface StreamOutputsOptions {
  kinds: OutputKinds;
  openReader: OpenReader;
  log: Log;
  onChanged: (output: OutputInfo) => void;
}

/** The outputs of one stream across all its broadcasts: they run while it is live. */
export class StreamOutputs implements Closable {
  readonly #options: StreamOutputsOptions;
  readonly #slots = new Map<OutputId, Slot>();
  #stream: Stream | null = null;

  constructor(options: StreamOutputsOptions) {
    this.#options = options;
  }

  want(outputs: StreamJob['outputs']): void {
    const wanted = new Map(outputs.map(({ id, request }) => [id, request]));
    for (const [id, { request }] of this.#slots) {
      const now = wanted.get(id);
      if (!now || JSON.stringify(now) !== request) this.#remove(id);
    }
    for (const [id, request] of wanted) {
      if (this.#slots.has(id)) continue;
      this.#slots.set(id, { request: JSON.stringify(request), output: this.#prepare(id, request), running: null });
      if (this.#stream) this.#start(id, this.#stream);
    }
  }

  streamStarted(stream: Stream): void {
    this.#stream = stream;
    for (const id of this.#slots.keys()) this.#start(id, stream);
  }

  streamEnded(): void {
    this.#stream = null;
    for (const slot of this.#slots.values()) slot.running = null;
  }

  announceAll(): void {
    for (const { running } of this.#slots.values()) if (running) this.#options.onChanged(running.info);
  }

  close(reason: string): void {
    for (const { running } of this.#slots.values()) void running?.close(reason);
    this.#slots.clear();
  }

  #start(id: OutputId, stream: Stream): void {
    const slot = this.#slots.get(id);
    if (!slot?.output) return;
    const { openReader, log } = this.#options;
    slot.running = supervise(stream, { id, output: slot.output }, { openReader, log });
    slot.running.on('changed', this.#options.onChanged);
    // It started connecting before anybody could listen.
    this.#options.onChanged(slot.running.info);
  }

  #remove(id: OutputId): void {
    void this.#slots.get(id)?.running?.close('removed');
    this.#slots.delete(id);
  }

  /** A request that cannot be prepared is reported as failed and does not stop the others. */
  #prepare(id: OutputId, request: StreamJob['outputs'][number]['request']): PreparedOutput | null {
    try {
      return this.#options.kinds.prepare(request);
    } catch (thrown) {
      const { code, message } = toLianmaiError(thrown);
      this.#options.onChanged(idleOutput({ id, kind: request.kind, url: '***', state: 'failed', reason: { code, message } }));
      return null;
    }
  }
}
