import { on, type Closable, type Log } from '@lianmai/kit';
import {
  streamKey,
  type PullInfo,
  type RecordPattern,
  type RecordRule,
  type StreamJob,
  type StreamJobs,
  type StreamRef,
} from '@lianmai/protocol';
import type { Announce, BridgeHandlers } from '../runtime/control/index.js';
import type { OutputKinds } from '../egress/index.js';
import type { OpenReader } from '../hub/renditions/index.js';
import type { HubEvents, Stream, StreamHub } from '../hub/stream/index.js';
import { StreamOutputs } from './StreamOutputs.js';

/** A source that is being pulled; the pull wing creates them. */
interface RunningPull extends Closable {
  readonly info: PullInfo;
  on(event: 'changed', listener: (info: PullInfo) => void): unknown;
}

export interface StreamJobRunnerOptions {
  hub: StreamHub;
  kinds: OutputKinds;
  /** How outputs read their streams. */
  openReader: OpenReader;
  createPull: (stream: StreamRef, url: string) => RunningPull;
  /** Records until the stream ends or the returned handle is closed. */
  record: (stream: Stream, rule: RecordRule) => Closable;
  announce: Announce;
  log: Log;
}

/** Runs the wanted jobs as streams come and go. A stream's own destinations and rule are for its publisher, not for a room of its name. */
export class StreamJobRunner implements Closable {
  readonly handlers: Pick<BridgeHandlers, 'setStreamJobs'> = {
    setStreamJobs: (wanted) => {
      this.want(wanted);
      return Promise.resolve({});
    },
  };
  readonly #options: StreamJobRunnerOptions;
  readonly #outputs = new Map<string, StreamOutputs>();
  readonly #pulls = new Map<string, { url: string; pull: RunningPull }>();
  readonly #recordings = new Map<string, { rule: string; recording: Closable }>();
  readonly #unsubscribe: () => void;
  #jobs = new Map<string, StreamJob>();
  #patterns: readonly RecordPattern[] = [];

  constructor(options: StreamJobRunnerOptions) {
    this.#options = options;
    this.#unsubscribe = on<HubEvents>(options.hub, {
      published: (stream) => this.#afterPublished(stream),
      unpublished: (stream) => this.#afterUnpublished(stream),
    });
  }

  /** Replaces all jobs. What has not changed continues undisturbed. */
  want({ jobs, recordPatterns }: StreamJobs): void {
    this.#jobs = new Map(jobs.map((job) => [streamKey(job), job]));
    this.#patterns = recordPatterns;
    this.#wantPulls();
    this.#wantOutputs();
    for (const stream of this.#options.hub.streams) this.#wantRecording(stream);
  }

  /** Tells a returning server the state of all pulls and outputs. */
  announceAll(): void {
    for (const { pull } of this.#pulls.values()) this.#options.announce('pullChanged', pull.info);
    for (const outputs of this.#outputs.values()) outputs.announceAll();
  }

  async close(reason: string): Promise<void> {
    this.#unsubscribe();
    for (const outputs of this.#outputs.values()) outputs.close(reason);
    const running = [
      ...[...this.#pulls.values()].map(({ pull }) => pull),
      ...[...this.#recordings.values()].map(({ recording }) => recording),
    ];
    await Promise.all(running.map(async (one) => one.close(reason)));
  }

  #afterPublished(stream: Stream): void {
    if (stream.runsJobs) this.#outputs.get(stream.key)?.streamStarted(stream);
    this.#wantRecording(stream);
  }

  /** Everything that runs on a stream ends with it by itself. */
  #afterUnpublished(stream: Stream): void {
    this.#outputs.get(stream.key)?.streamEnded();
    this.#recordings.delete(stream.key);
  }

  #wantPulls(): void {
    for (const [key, { url, pull }] of this.#pulls) {
      if (this.#jobs.get(key)?.source?.url === url) continue;
      this.#pulls.delete(key);
      void pull.close('no longer wanted');
    }
    for (const [key, { app, name, source }] of this.#jobs) {
      if (!source || this.#pulls.has(key)) continue;
      const pull = this.#options.createPull({ app, name }, source.url);
      pull.on('changed', (info) => this.#options.announce('pullChanged', info));
      this.#pulls.set(key, { url: source.url, pull });
    }
  }

  #wantOutputs(): void {
    for (const [key, outputs] of this.#outputs) {
      if (this.#jobs.get(key)?.outputs.length) continue;
      outputs.close('no longer wanted');
      this.#outputs.delete(key);
    }
    for (const [key, job] of this.#jobs) {
      if (job.outputs.length > 0) (this.#outputs.get(key) ?? this.#addOutputs(key, job)).want(job.outputs);
    }
  }

  #addOutputs(key: string, { app, name }: StreamJob): StreamOutputs {
    const { kinds, openReader, log, announce, hub } = this.#options;
    const onChanged = (output: Parameters<typeof announce<'streamOutputChanged'>>[1]['output']) =>
      announce('streamOutputChanged', { app, name, output });
    const outputs = new StreamOutputs({ kinds, openReader, log: log.child({ stream: key }), onChanged });
    this.#outputs.set(key, outputs);
    const stream = hub.get({ app, name });
    if (stream?.runsJobs) outputs.streamStarted(stream);
    return outputs;
  }

  #wantRecording(stream: Stream): void {
    const rule = this.#ruleFor(stream);
    const wanted = rule && JSON.stringify(rule);
    const running = this.#recordings.get(stream.key);
    if (running && running.rule === wanted) return;
    this.#recordings.delete(stream.key);
    void running?.recording.close('no longer wanted');
    if (rule && wanted) this.#recordings.set(stream.key, { rule: wanted, recording: this.#options.record(stream, rule) });
  }

  #ruleFor(stream: Stream): RecordRule | null {
    const own = this.#jobs.get(stream.key)?.record;
    if (own && stream.runsJobs) return own;
    const fits = ({ app, name }: RecordPattern) => (app === '*' || app === stream.app) && (name === '*' || name === stream.name);
    const pattern = this.#patterns.find(fits);
    return pattern ? { format: pattern.format, segmentSeconds: pattern.segmentSeconds } : null;
  }
}
