import { LianmaiError, type Conversion } from '@lianmai/protocol';
import { Scope, type Closable, type Log } from '@lianmai/kit';
import type { Ffmpeg } from '../../media/ffmpeg/index.js';
import type { Reader, ReaderOptions, Stream } from '../stream/index.js';
import { ALL_ACCEPTS, type AcceptedCodecs } from './acceptedCodecs.js';
import { waitForTracks } from './waitForTracks.js';
import { FollowingReader } from './FollowingReader.js';
import { StreamProbe, type MediaInfo } from './StreamProbe.js';
import { isCopy, planFor, type ConversionPlan } from './conversionPlan.js';
import { Rendition } from './Rendition.js';

export interface RenditionsOptions {
  ffmpeg: Ffmpeg;
  log: Log;
  /** How long a rendition outlives its last reader, ms: viewers come and go, and reload. Default 5000. */
  lingerMs?: number;
}

export interface OpenRendition {
  /** The source itself, or what is made from it. Ends with the source. */
  readonly stream: Stream;
  /** Aborts when the source has changed so that this no longer fits: open again. */
  readonly changed: AbortSignal;
  /** The reader has gone; once. */
  close(): void;
}

/** A reader of a stream as one kind of reader can take it. UNSUPPORTED, in words for people, where there is no way. */
export type OpenReader = (source: Stream, accepts: AcceptedCodecs, options: ReaderOptions, signal: AbortSignal) => Promise<Reader>;

interface Shared {
  rendition: Rendition;
  readers: number;
  linger: NodeJS.Timeout | null;
  /** Nobody finds it any more. */
  forget: () => void;
}

interface Handle {
  source: Stream;
  accepts: AcceptedCodecs;
  /** Whether what was given is what this plan asks for. */
  fits: (plan: ConversionPlan) => boolean;
  changed: AbortController;
  misfits: number;
}

const LINGER_MS = 5000;
const CHECK_MS = 500;
/** After this time a stream that has only sound, or only a picture, is taken to be so. */
const SETTLE_MS = 3000;

/** Gives every reader a stream that it can take; see the folder's index. */
export class Renditions implements Closable {
  readonly #options: RenditionsOptions;
  readonly #probe = new StreamProbe();
  readonly #scope = new Scope();
  readonly #shared = new Map<Stream, Map<string, Shared>>();
  readonly #handles = new Set<Handle>();

  constructor(options: RenditionsOptions) {
    this.#options = options;
    this.#scope.interval(CHECK_MS, () => this.#check());
  }

  /** Throws UNSUPPORTED, with the reason in words, where there is no way. */
  open(source: Stream, accepts: AcceptedCodecs): OpenRendition {
    const info = this.describe(source);
    const plan = planFor(info, accepts);
    if (plan.isImpossible) throw new LianmaiError('UNSUPPORTED', undefined, { message: `${plan.why ?? 'No way to play this'}.` });
    const changed = new AbortController();
    if (source.isEnded || (isCopy(plan) && isSettled(source, info, accepts))) {
      const handle: Handle = { source, accepts, fits: isCopy, changed, misfits: 0 };
      this.#handles.add(handle);
      return { stream: source, changed: changed.signal, close: () => void this.#handles.delete(handle) };
    }
    const key = isSettled(source, info, accepts) ? `${plan.key} ${accepts.bFrames}` : `${accepts.target} until it is known`;
    const shared = this.#acquire(source, key, accepts);
    const fits = ({ key }: ConversionPlan) => (shared.rendition.planKey ?? key) === key;
    const handle: Handle = { source, accepts, fits, changed, misfits: 0 };
    this.#handles.add(handle);
    const close = () => {
      if (this.#handles.delete(handle)) this.#release(shared);
    };
    return { stream: shared.rendition.stream, changed: changed.signal, close };
  }

  /** Waits until it is known what the stream is, and follows its changes. */
  readonly read: OpenReader = async (source, accepts, options, signal) => {
    await waitForTracks(source, signal);
    return new FollowingReader({ source, accepts, reader: options, open: (...what) => this.open(...what) });
  };

  /** What is done, or would be, for each kind of reader; empty while the stream is not known. */
  conversionsOf(stream: Stream): Conversion[] {
    const info = this.describe(stream);
    if (!info.video && !info.audio) return [];
    return ALL_ACCEPTS.map((accepts) => {
      const { video, audio, why } = planFor(info, accepts);
      return { target: accepts.target, video, audio, why };
    });
  }

  describe(stream: Stream): MediaInfo {
    return this.#probe.describe(stream);
  }

  /** How many derived streams there are. */
  get count(): number {
    return [...this.#shared.values()].reduce((sum, byKey) => sum + byKey.size, 0);
  }

  async close(reason: string): Promise<void> {
    await this.#scope.close(reason);
    const open = [...this.#shared.values()].flatMap((byKey) => [...byKey.values()]);
    for (const { rendition, forget } of open) {
      forget();
      rendition.close(reason);
    }
    await Promise.all(open.map(({ rendition }) => rendition.ended));
  }

  #acquire(source: Stream, key: string, accepts: AcceptedCodecs): Shared {
    const byKey = this.#shared.get(source) ?? new Map<string, Shared>();
    this.#shared.set(source, byKey);
    const shared = byKey.get(key) ?? this.#create(source, key, accepts);
    byKey.set(key, shared);
    shared.readers++;
    if (shared.linger) clearTimeout(shared.linger);
    shared.linger = null;
    return shared;
  }

  #create(source: Stream, key: string, accepts: AcceptedCodecs): Shared {
    const { ffmpeg, log } = this.#options;
    const forget = () => {
      if (shared.linger) clearTimeout(shared.linger);
      const byKey = this.#shared.get(source);
      if (byKey?.get(key) === shared) byKey.delete(key);
      if (byKey?.size === 0) this.#shared.delete(source);
    };
    const rendition = new Rendition({ source, accepts, probe: this.#probe, ffmpeg, log, onEnded: forget });
    const shared: Shared = { rendition, readers: 0, linger: null, forget };
    return shared;
  }

  #release(shared: Shared): void {
    if (--shared.readers > 0) return;
    shared.linger = setTimeout(() => {
      shared.forget();
      shared.rendition.close('nobody reads');
    }, this.#options.lingerMs ?? LINGER_MS);
  }

  /** A stream may have a thousand readers of a few kinds: looked at once for all of a kind. */
  #check(): void {
    for (const [source, byKey] of this.#shared) {
      for (const { rendition } of byKey.values()) rendition.stream.hasPublisher = source.hasPublisher;
    }
    const plans = new Map<Stream, Map<AcceptedCodecs, ConversionPlan>>();
    for (const handle of this.#handles) {
      const byAccepts = plans.get(handle.source) ?? new Map<AcceptedCodecs, ConversionPlan>();
      plans.set(handle.source, byAccepts);
      const plan = byAccepts.get(handle.accepts) ?? planFor(this.describe(handle.source), handle.accepts);
      byAccepts.set(handle.accepts, plan);
      handle.misfits = handle.fits(plan) ? 0 : handle.misfits + 1;
      // A rendition follows its source by itself, some pictures later.
      if (handle.misfits > 1) handle.changed.abort(new Error('the source has changed'));
    }
  }
}

/** Whether what is seen is all that will come, and B-frames are known where they matter. */
function isSettled(source: Stream, { video, audio }: MediaInfo, { bFrames }: AcceptedCodecs): boolean {
  if (!bFrames && video?.hasBFrames === null) return false;
  return (video !== null && audio !== null) || ((video ?? audio) !== null && Date.now() - source.startedAtMs > SETTLE_MS);
}
