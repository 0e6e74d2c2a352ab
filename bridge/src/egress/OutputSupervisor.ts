import { EventEmitter } from 'node:events';
import { delay, type Backoff, type Closable, type Log } from '@lianmai/kit';
import { idleOutput, LianmaiError, toLianmaiError, type OutputId, type OutputInfo, type OutputState } from '@lianmai/protocol';
import { nowMs } from '../runtime/index.js';
import type { OpenReader } from '../hub/renditions/index.js';
import type { Reader, Stream } from '../hub/stream/index.js';
import type { PreparedOutput } from './outputContract.js';
import { OutputRun } from './OutputRun.js';
import { RETRY_PAUSES, RetryPolicy } from './RetryPolicy.js';
import { redactSecrets } from './redactSecrets.js';
import { RateMeter } from './RateMeter.js';
import { STALL } from './StallDetector.js';

export interface OutputJob {
  id: OutputId;
  output: PreparedOutput;
}

export interface SupervisorOptions {
  log: Log;
  /** Reads the stream in codecs that the destination accepts. */
  openReader: OpenReader;
  /** Pauses between attempts. Default `RETRY_PAUSES`. */
  backoff?: Backoff;
  /** Default `STALL`. */
  stall?: typeof STALL;
  /** How often stalls are checked and a live output announces its figures. Default 1 s. */
  sampleMs?: number;
  /** Queue limits for a slow destination, which skips to a key frame beyond them. Default 16 MiB, 5 s. */
  maxQueueBytes?: number;
  maxQueueMs?: number;
}

export interface SupervisorEvents {
  /** On every change of state, and once per sample while live. */
  changed: [OutputInfo];
  /** The output will not run again: it was closed, or the stream has ended. */
  closed: [reason: string];
}

const DEFAULTS = {
  backoff: RETRY_PAUSES,
  stall: STALL,
  sampleMs: 1000,
  maxQueueBytes: 16 * 1024 * 1024,
  maxQueueMs: 5000,
};
const RATE_WINDOW_MS = 5000;

/** Runs an output on a stream until the stream ends or the output is closed. */
export function supervise(stream: Stream, job: OutputJob, options: SupervisorOptions): OutputSupervisor {
  return new OutputSupervisor(stream, job, options);
}

/**
 * Gives an output its state, retries and totals. connecting → live ⇄ stalled → retrying → connecting …; `failed` (rejected for good) waits for `retry`; `stopped` is
 * final. What it reports never contains the stream key.
 */
export class OutputSupervisor extends EventEmitter<SupervisorEvents> implements Closable {
  readonly #stream: Stream;
  readonly #output: PreparedOutput;
  readonly #options: Omit<Required<SupervisorOptions>, 'log'>;
  readonly #log: Log;
  readonly #policy: RetryPolicy;
  readonly #stop = new AbortController();
  readonly #rate = new RateMeter(RATE_WINDOW_MS);
  readonly #info: OutputInfo;
  #run: OutputRun | null = null;
  #bytesOfFormerRuns = 0;
  #liveAtMs: number | null = null;
  #hurry = new AbortController();
  readonly #ended: Promise<void>;

  constructor(stream: Stream, { id, output }: OutputJob, { log, ...options }: SupervisorOptions) {
    super();
    this.#stream = stream;
    this.#output = output;
    this.#options = { ...DEFAULTS, ...options };
    this.#policy = new RetryPolicy(this.#options.backoff);
    this.#log = log.child({ output: id, destination: output.redactedUrl });
    this.#info = idleOutput({ id, kind: output.kind, url: output.redactedUrl });
    this.#ended = this.#loop().catch((error: unknown) => this.#breakDown(error));
  }

  get id(): OutputId {
    return this.#info.id;
  }

  get info(): OutputInfo {
    const bytesSent = this.#bytesOfFormerRuns + (this.#run?.bytesSent ?? 0);
    return { ...this.#info, bytesSent, bitrateKbps: this.#info.state === 'live' ? this.#rate.kbps : 0 };
  }

  /** Retries now: shortens a pause, or revives a failed output. Does nothing while connecting, live or stalled. */
  retry(): void {
    this.#policy.reset();
    this.#hurry.abort();
  }

  /** Ends the session as cleanly as the destination allows. */
  async close(reason: string): Promise<void> {
    this.#stop.abort(new Error(reason));
    await this.#ended;
  }

  async #loop(): Promise<void> {
    for (let failure = await this.#runOnce(); failure; failure = await this.#runOnce()) {
      await this.#waitAfter(failure);
      if (this.#stop.signal.aborted) break;
      this.#info.retries++;
    }
    this.#enter('stopped', { liveSinceMs: null });
    this.emit('closed', this.#stop.signal.aborted ? (this.#stop.signal.reason as Error).message : 'stream ended');
  }

  async #runOnce(): Promise<LianmaiError | null> {
    this.#enter('connecting', { nextRetryAtMs: null });
    const { stall, sampleMs } = this.#options;
    const output = this.#output.create({ log: this.#log, onLive: () => this.#becomeLive() });
    const reader = await this.#openReader().catch(toLianmaiError);
    if (reader instanceof LianmaiError) return this.#stop.signal.aborted ? null : reader;
    if (this.#stop.signal.aborted) return (void reader.close('stopped'), null);
    this.#run = new OutputRun(output, reader, { stall, sampleMs, onSample: (isStalled) => this.#sample(isStalled) });
    const failure = await this.#run.result(this.#stop.signal);
    this.#bytesOfFormerRuns += this.#run.bytesSent;
    this.#run = null;
    return failure;
  }

  #openReader(): Promise<Reader> {
    const { openReader, maxQueueBytes, maxQueueMs } = this.#options;
    const options = { name: `output ${this.id}`, maxQueueBytes, maxQueueMs, startWithGop: true };
    return openReader(this.#stream, this.#output.accepts, options, this.#stop.signal);
  }

  #becomeLive(): void {
    this.#liveAtMs = nowMs();
    this.#rate.reset();
    this.#enter('live', { liveSinceMs: Date.now(), reason: null });
  }

  #sample(isStalled: boolean): void {
    const { state } = this.#info;
    if (state !== 'live' && state !== 'stalled') return;
    this.#rate.sample(this.info.bytesSent, nowMs());
    if (isStalled === (state === 'stalled')) this.emit('changed', this.info);
    else if (isStalled) this.#stall();
    else this.#enter('live', { reason: null });
  }

  /** The connection stands, but the destination takes nothing: it may recover, and is given up later. */
  #stall(): void {
    const { code, message } = new LianmaiError('DESTINATION_STALLED');
    this.#log.warn({ code }, message);
    this.#enter('stalled', { reason: { code, message } });
  }

  /** Waits until the next attempt is due, somebody asks for it, or this output is closed. */
  async #waitAfter(failure: LianmaiError): Promise<void> {
    const liveMs = this.#liveAtMs === null ? 0 : nowMs() - this.#liveAtMs;
    this.#liveAtMs = null;
    const waitMs = this.#policy.next(failure, liveMs);
    const message = redactSecrets(failure.message, this.#output.secrets);
    this.#log.warn({ code: failure.code, waitMs, cause: redactSecrets(causeOf(failure), this.#output.secrets) }, message);
    this.#hurry = new AbortController();
    this.#enter(waitMs === null ? 'failed' : 'retrying', {
      reason: { code: failure.code, message },
      nextRetryAtMs: waitMs === null ? null : Date.now() + waitMs,
      liveSinceMs: null,
    });
    const signal = AbortSignal.any([this.#stop.signal, this.#hurry.signal]);
    await (waitMs === null ? aborted(signal) : delay(waitMs, signal).catch(() => undefined));
  }

  /** Our own fault, not the destination's: nothing is retried, and no other output is disturbed. */
  #breakDown(error: unknown): void {
    this.#log.error({ cause: redactSecrets(String(error), this.#output.secrets) }, 'output supervision failed');
    const { code, message } = toLianmaiError(error);
    Object.assign(this.#info, { state: 'failed', reason: { code, message: redactSecrets(message, this.#output.secrets) } });
  }

  #enter(state: OutputState, change: Partial<OutputInfo>): void {
    Object.assign(this.#info, change, { state });
    this.#log.info({ state }, 'output state');
    this.emit('changed', this.info);
  }
}

const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

const causeOf = (error: Error) => (error.cause instanceof Error ? error.cause.message : '');
