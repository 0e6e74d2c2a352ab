import { LianmaiError } from '@lianmai/protocol';
import type { Log } from '@lianmai/kit';
import type { Ffmpeg } from '../../media/ffmpeg/index.js';
import { Stream, type MediaTag } from '../stream/index.js';
import type { AcceptedCodecs } from './acceptedCodecs.js';
import type { StreamProbe } from './StreamProbe.js';
import { Interleaver } from './Interleaver.js';
import { planFor, type ConversionPlan } from './conversionPlan.js';
import { audioJob, videoJob } from './transcodeArguments.js';
import { Transcoder } from './Transcoder.js';

export interface ConvertedStreamOptions {
  source: Stream;
  accepts: AcceptedCodecs;
  probe: StreamProbe;
  ffmpeg: Ffmpeg;
  log: Log;
  onEnded: () => void;
}

type Kind = 'video' | 'audio';

/** Interval between plan checks, in tags: B-frames may appear late. */
const REPLAN_EVERY_TAGS = 16;
const QUEUE = { maxQueueBytes: 32 * 1024 * 1024, maxQueueMs: 10_000, startWithGop: true };

/**
 * A stream converted from a source by one plan and shared by all kinds of readers with that plan. Follows the source's changes, pauses and
 * end.
 */
export class ConvertedStream {
  readonly stream: Stream;
  /** Resolves when the transcoders have exited and the end has reached the readers. */
  readonly ended: Promise<void>;
  readonly #options: ConvertedStreamOptions;
  readonly #abort = new AbortController();
  readonly #interleaver: Interleaver;
  readonly #transcoders: Record<Kind, Transcoder | null> = { video: null, audio: null };
  #plan: ConversionPlan | null = null;
  #tags = 0;

  constructor(options: ConvertedStreamOptions) {
    this.#options = options;
    this.stream = new Stream(options.source);
    this.#interleaver = new Interleaver(
      (tag) => this.stream.write(tag),
      (kind) => this.#transcoders[kind]?.isBusy ?? false,
    );
    this.ended = this.#run();
  }

  get planKey(): string | null {
    return this.#plan?.key ?? null;
  }

  close(reason: string): void {
    this.#abort.abort(new Error(reason));
  }

  async #run(): Promise<void> {
    const { source, log, onEnded } = this.#options;
    const reader = source.createReader({ name: `conversion of ${source.key}`, ...QUEUE });
    try {
      for (;;) {
        const tags = await reader.read(this.#abort.signal);
        if (!tags) break;
        for (const tag of tags) this.#take(tag);
      }
    } catch (error) {
      if (!this.#abort.signal.aborted) log.warn({ err: error, stream: source.key }, 'conversion ended');
    }
    void reader.close('conversion ends');
    await Promise.all([this.#transcoders.video?.finish('conversion ends'), this.#transcoders.audio?.finish('conversion ends')]);
    this.#interleaver.flush();
    this.stream.end();
    onEnded();
  }

  /** Drops metadata, which describes the source's codecs. Players rely on the codec configs. */
  #take(tag: MediaTag): void {
    if (tag.kind === 'data') return;
    if (!this.#plan || tag.isConfig || tag.isKeyFrame || ++this.#tags % REPLAN_EVERY_TAGS === 0) this.#replan(tag);
    const handling = this.#plan?.[tag.kind] ?? 'none';
    if (handling === 'transcoded') this.#transcoders[tag.kind]?.push(tag);
    else if (handling === 'copied') this.#interleaver.push(tag);
  }

  #replan(tag: MediaTag): void {
    const { source, accepts, probe, log } = this.#options;
    const plan = planFor(probe.describe(source), accepts);
    if (plan.key === this.#plan?.key) return;
    if (plan.isImpossible)
      throw new LianmaiError('UNSUPPORTED', undefined, { message: plan.why ?? 'The stream cannot be played this way.' });
    const before = this.#plan;
    // Players can switch to the source's own video only at a key frame, so the transcoder continues until then.
    if (before?.video === 'transcoded' && plan.video === 'copied' && !tag.isKeyFrame && !tag.isConfig) return;
    this.#plan = plan;
    if (plan.why) log.info({ stream: source.key, target: accepts.target, video: plan.video, audio: plan.audio }, plan.why);
    for (const kind of ['video', 'audio'] as const) {
      if (plan[kind] !== before?.[kind] || (kind === 'audio' && plan.audioTo !== before.audioTo)) this.#switch(kind, before !== null);
    }
  }

  #switch(kind: Kind, isMidway: boolean): void {
    const { source } = this.#options;
    const former = this.#transcoders[kind];
    former?.abandon('another plan');
    this.#transcoders[kind] = this.#plan?.[kind] === 'transcoded' ? this.#createTranscoder(kind) : null;
    if (this.#plan?.[kind] !== 'copied' || !isMidway) return;
    const config = source.preamble[kind];
    if (config) this.#interleaver.push(config);
  }

  #createTranscoder(kind: Kind): Transcoder {
    const { source, ffmpeg, probe, log, accepts } = this.#options;
    return new Transcoder({
      ffmpeg,
      log,
      name: `${kind} of ${source.key} for ${accepts.target}`,
      kind,
      job: (fromMs) => (kind === 'audio' ? audioJob(this.#plan?.audioTo ?? 'aac') : videoJob(probe.describe(source), fromMs)),
      preroll: () => [source.preamble[kind], ...source.gop].filter((tag) => tag !== null),
      onTag: (tag) => this.#interleaver.push(tag),
    });
  }
}
