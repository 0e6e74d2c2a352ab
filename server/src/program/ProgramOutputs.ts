import { randomUUID } from 'node:crypto';
import { redactUrl, Secret } from '@lianmai/kit';
import { idleOutput, LianmaiError, OutputId, type OutputInfo, type OutputRequest } from '@lianmai/protocol';

/** A program never has more outputs than this. */
const MAX_OUTPUTS = 16;

interface Entry {
  kind: string;
  /** With the stream key: only a bridge may see it. */
  url: Secret;
  info: OutputInfo;
}

/** The outputs of a program: what was asked for, kept so that another bridge can take over, and what people may see of it. */
export class ProgramOutputs {
  readonly #entries = new Map<OutputId, Entry>();

  get infos(): OutputInfo[] {
    return [...this.#entries.values()].map(({ info }) => info);
  }

  /** With their secrets, for the bridge alone. */
  get requests(): { id: OutputId; request: OutputRequest }[] {
    return [...this.#entries].map(([id, { kind, url }]) => ({ id, request: { kind, url: url.reveal() } }));
  }

  add({ kind, url }: OutputRequest): OutputId {
    if (this.#entries.size >= MAX_OUTPUTS)
      throw new LianmaiError('WRONG_STATE', { maxOutputs: MAX_OUTPUTS }, { message: `A program has at most ${MAX_OUTPUTS} outputs.` });
    const id = OutputId.parse(`out_${randomUUID()}`);
    this.#entries.set(id, { kind, url: new Secret(url), info: untouched(id, kind, url) });
    return id;
  }

  /** What the bridge says of an output. Its URL is ours, redacted here, whatever the bridge made of it. Answers whether its state changed. */
  update(info: OutputInfo): boolean {
    const entry = this.#entries.get(info.id);
    if (!entry) return false;
    const before = entry.info;
    entry.info = { ...info, url: before.url, kind: before.kind };
    return before.state !== info.state || before.retries !== info.retries || before.reason?.code !== info.reason?.code;
  }

  get(id: OutputId): OutputInfo {
    const entry = this.#entries.get(id);
    if (!entry) throw new LianmaiError('NOT_FOUND', { outputId: id });
    return entry.info;
  }

  remove(id: OutputId): void {
    this.#entries.delete(id);
  }

  /** The bridge did not take it. */
  fail(id: OutputId, { code, message }: LianmaiError): void {
    const entry = this.#entries.get(id);
    if (entry) entry.info = { ...entry.info, state: 'failed', reason: { code, message } };
  }

  /** Another bridge starts them from the beginning. */
  restart(): void {
    for (const [id, entry] of this.#entries) entry.info = untouched(id, entry.kind, entry.url.reveal());
  }

  /** The program is over, however it ended: nothing is being sent. */
  stopAll(): void {
    for (const entry of this.#entries.values()) {
      if (entry.info.state !== 'failed') entry.info = { ...entry.info, state: 'stopped', nextRetryAtMs: null, bitrateKbps: 0 };
    }
  }
}

const untouched = (id: OutputId, kind: string, url: string): OutputInfo => idleOutput({ id, kind, url: redactUrl(url) });
