import { redactUrl, SerialQueue, type Log } from '@lianmai/kit';
import {
  idleOutput,
  LianmaiError,
  streamKey,
  type OutputId,
  type OutputInfo,
  type OutputRequest,
  type PullInfo,
  type RecordPattern,
  type StreamId,
  type StreamJob,
} from '@lianmai/protocol';
import type { Bridge, BridgePool } from '../bridge/index.js';
import type { StreamRepository, RegisteredStream } from './StreamRepository.js';
import type { StreamOutput, StreamOutputRepository } from './StreamOutputRepository.js';

export interface StreamJobSchedulerOptions {
  repository: StreamRepository;
  outputs: StreamOutputRepository;
  bridges: BridgePool;
  recordPatterns: readonly RecordPattern[];
  log: Log;
}

/** Wait before sending the jobs again to a bridge that did not accept them. */
const AGAIN_MS = 3000;

/**
 * Standing jobs that bridges run for streams: pulling sources (on the first connected bridge), pushing, recording. Each bridge gets the
 * whole list after its hello and after every change, and its reports are kept here.
 */
export class StreamJobScheduler {
  readonly #options: StreamJobSchedulerOptions;
  readonly #pulls = new Map<string, PullInfo>();
  readonly #outputs = new Map<OutputId, OutputInfo>();
  readonly #followed = new WeakSet<Bridge>();
  readonly #again = new Map<Bridge, NodeJS.Timeout>();
  /** Lists are sent one at a time, in the order of the changes. */
  readonly #sending = new SerialQueue();
  #isClosed = false;

  constructor(options: StreamJobSchedulerOptions) {
    this.#options = options;
    options.bridges.on('bridgeConnected', (bridge) => {
      this.#follow(bridge);
      void this.changed();
    });
  }

  /** Resolves when every bridge has been tried. A bridge that fails is tried again later. */
  changed(): Promise<void> {
    return this.#sending
      .run(() => this.#sendAll())
      .catch((error: unknown) => {
        // A bridge that stops with this server needs no jobs, and the store is already closed.
        if (!this.#isClosed) this.#options.log.error({ err: error }, 'could not send the stream jobs');
      });
  }

  pullOf(stream: RegisteredStream): PullInfo | null {
    return stream.source ? (this.#pulls.get(streamKey(stream)) ?? null) : null;
  }

  async outputsOf(streams: readonly RegisteredStream[]): Promise<Map<string, OutputInfo[]>> {
    const byStream = new Map<string, OutputInfo[]>(streams.map(({ id }) => [id, []]));
    for (const output of await this.#options.outputs.all()) byStream.get(output.streamId)?.push(this.#infoOf(output));
    return byStream;
  }

  async addOutput(stream: RegisteredStream, request: OutputRequest): Promise<OutputInfo> {
    this.#assertKind(request);
    const id = await this.#options.outputs.add(stream.id, request);
    await this.changed();
    return this.#infoOf({ id, streamId: stream.id, request });
  }

  async removeOutput(stream: RegisteredStream, id: OutputId): Promise<void> {
    await this.#options.outputs.remove(stream.id, id);
    this.#outputs.delete(id);
    await this.changed();
  }

  async forget(id: StreamId): Promise<void> {
    await this.#options.outputs.removeAll(id);
    await this.changed();
  }

  close(): void {
    this.#isClosed = true;
    for (const timer of this.#again.values()) clearTimeout(timer);
  }

  /** Rejects an unusable output at once, instead of reporting it as failed later. */
  #assertKind({ kind, url }: OutputRequest): void {
    const kinds = this.#options.bridges.bridges.flatMap(({ hello }) => hello.outputKinds);
    const found = kinds.find((known) => known.kind === kind);
    if (kinds.length > 0 && !found)
      throw new LianmaiError(
        'UNSUPPORTED',
        { kinds: [...new Set(kinds.map((known) => known.kind))] },
        { message: `There is no output kind "${kind}". Choose one that the bridge supports.` },
      );
    if (found && !found.schemes.some((scheme) => url.startsWith(`${scheme}:`)))
      throw new LianmaiError('BAD_REQUEST', undefined, {
        message: `url: expected a URL that starts with ${found.schemes.map((one) => `${one}://`).join(' or ')}`,
      });
  }

  #infoOf({ id, request: { kind, url } }: StreamOutput): OutputInfo {
    return this.#outputs.get(id) ?? idleOutput({ id, kind, url: redactUrl(url), state: 'stopped' });
  }

  async #sendAll(): Promise<void> {
    if (this.#isClosed) return;
    const { repository, outputs, bridges } = this.#options;
    const [streams, pushed] = [await repository.all(), await outputs.all()];
    const jobs = streams.map((stream) => jobOf(stream, pushed)).filter(isWork);
    const connected = bridges.bridges.filter(({ state }) => state === 'connected');
    await Promise.all(
      connected.map((bridge, index) => this.#send(bridge, index === 0 ? jobs : jobs.map((job) => ({ ...job, source: null })))),
    );
  }

  async #send(bridge: Bridge, jobs: StreamJob[]): Promise<void> {
    try {
      await bridge.request('setStreamJobs', { jobs, recordPatterns: [...this.#options.recordPatterns] });
    } catch (error) {
      this.#options.log.warn({ err: error, bridge: bridge.id }, 'a bridge did not accept the stream jobs; sending them again');
      clearTimeout(this.#again.get(bridge));
      this.#again.set(bridge, setTimeout(() => void this.changed(), AGAIN_MS).unref());
    }
  }

  #follow(bridge: Bridge): void {
    if (this.#followed.has(bridge)) return;
    this.#followed.add(bridge);
    bridge.on('pullChanged', (pull) => this.#pulls.set(streamKey(pull), pull));
    bridge.on('streamOutputChanged', ({ output }) => this.#outputs.set(output.id, output));
    bridge.once('gone', () => {
      clearTimeout(this.#again.get(bridge));
      // Its pulls have stopped; the next hello reports which ones run.
      this.#pulls.clear();
      this.#outputs.clear();
      void this.changed();
    });
  }
}

const jobOf = ({ id, app, name, source, record }: RegisteredStream, outputs: readonly StreamOutput[]): StreamJob => ({
  app,
  name,
  record,
  source: source && { url: source.reveal() },
  outputs: outputs.filter(({ streamId }) => streamId === id).map((output) => ({ id: output.id, request: output.request })),
});

const isWork = ({ source, outputs, record }: StreamJob) => source !== null || record !== null || outputs.length > 0;
