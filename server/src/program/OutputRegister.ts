import { randomUUID } from 'node:crypto';
import { redactUrl, Secret } from '@lianmai/kit';
import { idleOutput, LianmaiError, OutputId, type OutputInfo, type OutputRequest } from '@lianmai/protocol';

const MAX_OUTPUTS = 16;

interface Entry {
  kind: string;
  /** Contains the stream key: only a bridge may see it. */
  url: Secret;
  info: OutputInfo;
}

/** The outputs of a program: the requests, kept so that another bridge can take over, and the state that users see (without stream keys). */
export class OutputRegister {
  readonly #entries = new Map<OutputId, Entry>();

  get infos(): OutputInfo[] {
    return [...this.#entries.values()].map(({ info }) => info);
  }

  /** With stream keys, for the bridge only. */
  get requests(): { id: OutputId; request: OutputRequest }[] {
    return [...this.#entries].map(([id, { kind, url }]) => ({ id, request: { kind, url: url.reveal() } }));
  }

  /** `id`: of an output that an earlier server process had. */
  add({ kind, url }: OutputRequest, id = OutputId.parse(`out_${randomUUID()}`)): OutputId {
    if (this.#entries.size >= MAX_OUTPUTS)
      throw new LianmaiError('WRONG_STATE', { maxOutputs: MAX_OUTPUTS }, { message: `A program has at most ${MAX_OUTPUTS} outputs.` });
    this.#entries.set(id, { kind, url: new Secret(url), info: idle(id, kind, url) });
    return id;
  }

  /** Takes over what the bridge reports, except for the URL, which is redacted here. Returns whether the state changed. Ignores unknown outputs. */
  update(info: OutputInfo): boolean {
    const entry = this.#entries.get(info.id);
    if (!entry) return false;
    const before = entry.info;
    entry.info = { ...info, url: before.url, kind: before.kind };
    return before.state !== info.state || before.retries !== info.retries || before.reason?.code !== info.reason?.code;
  }

  /** Throws NOT_FOUND. */
  get(id: OutputId): OutputInfo {
    const entry = this.#entries.get(id);
    if (!entry) throw new LianmaiError('NOT_FOUND', { outputId: id });
    return entry.info;
  }

  remove(id: OutputId): void {
    this.#entries.delete(id);
  }

  /** Marks an output that the bridge rejected. */
  fail(id: OutputId, { code, message }: LianmaiError): void {
    const entry = this.#entries.get(id);
    if (entry) entry.info = { ...entry.info, state: 'failed', reason: { code, message } };
  }

  /** Resets every output: another bridge starts them from the beginning. */
  restart(): void {
    for (const [id, entry] of this.#entries) entry.info = idle(id, entry.kind, entry.url.reveal());
  }

  /** The program has ended or failed, so nothing is sent any more. Failed outputs stay failed. */
  stopAll(): void {
    for (const entry of this.#entries.values()) {
      if (entry.info.state !== 'failed') entry.info = { ...entry.info, state: 'stopped', nextRetryAtMs: null, bitrateKbps: 0 };
    }
  }
}

const idle = (id: OutputId, kind: string, url: string): OutputInfo => idleOutput({ id, kind, url: redactUrl(url) });
