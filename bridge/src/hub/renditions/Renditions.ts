import type { Conversion } from '@lianmai/protocol';
import { Scope, type Closable, type Log } from '@lianmai/kit';
import type { Ffmpeg } from '../../media/ffmpeg/index.js';
import type { Reader, ReaderOptions, Stream } from '../stream/index.js';
import { PLAYER_KINDS, type AcceptedCodecs } from './acceptedCodecs.js';
import { assertPossible, ConversionPool } from './ConversionPool.js';
import { planFor } from './conversionPlan.js';
import { Rendition } from './Rendition.js';
import { StreamProbe, type MediaInfo } from './StreamProbe.js';
import { waitForTracks } from './waitForTracks.js';

export interface RenditionsOptions {
  ffmpeg: Ffmpeg;
  log: Log;
  /** How long a rendition outlives its last reader, ms: viewers come and go, and reload. Default 5000. */
  lingerMs?: number;
}

/** A reader of a stream as one kind of reader can take it. Rejects with UNSUPPORTED, in words for people, where there is no way. */
export type OpenReader = (source: Stream, accepts: AcceptedCodecs, options: ReaderOptions, signal: AbortSignal) => Promise<Reader>;

const LINGER_MS = 5000;
const PUBLISHER_CHECK_MS = 500;

/** Gives every reader a stream that it can take; see the folder's index. */
export class Renditions implements Closable {
  readonly #options: RenditionsOptions;
  readonly #probe = new StreamProbe();
  readonly #scope = new Scope();
  readonly #pool: ConversionPool;
  readonly #bySource = new Map<Stream, Map<string, Rendition>>();

  constructor(options: RenditionsOptions) {
    this.#options = options;
    this.#pool = this.#scope.own(new ConversionPool({ ...options, probe: this.#probe }));
    this.#scope.interval(PUBLISHER_CHECK_MS, () => this.#copyPresence());
  }

  /**
   * The one stream that all readers of this kind share. Throws UNSUPPORTED, with the reason in words, where there is no way; where that shows only later, its
   * readers' `read` rejects with it.
   */
  open(source: Stream, accepts: AcceptedCodecs): Stream {
    if (!accepts.mayDropVideo) assertPossible(planFor(this.describe(source), accepts));
    if (source.isEnded) return source;
    const byKind = this.#bySource.get(source) ?? new Map<string, Rendition>();
    this.#bySource.set(source, byKind);
    const key = kindOf(accepts);
    const rendition = byKind.get(key) ?? this.#create(source, accepts);
    byKind.set(key, rendition);
    return rendition.stream;
  }

  /** Waits until it is known what the stream is, so that what cannot be read is refused before anybody is connected to. */
  readonly read: OpenReader = async (source, accepts, options, signal) => {
    await waitForTracks(source, signal);
    return this.open(source, accepts).createReader(options);
  };

  /** What is done, or would be, for each kind of reader; empty while the stream is not known. */
  conversionsOf(stream: Stream): Conversion[] {
    const info = this.describe(stream);
    if (!info.video && !info.audio) return [];
    return PLAYER_KINDS.map((accepts) => {
      const { video, audio, why } = planFor(info, accepts);
      return { target: accepts.target, video, audio, why };
    });
  }

  /** Whether the publisher's own pictures reach readers of this kind, and its key frames with them. */
  copiesVideo(source: Stream, accepts: AcceptedCodecs): boolean {
    return planFor(this.describe(source), accepts).video === 'copied';
  }

  describe(stream: Stream): MediaInfo {
    return this.#probe.describe(stream);
  }

  /** How many run, and how many conversions behind them. */
  get counts(): { renditions: number; conversions: number } {
    return { renditions: this.#all.length, conversions: this.#pool.count };
  }

  async close(reason: string): Promise<void> {
    const open = this.#all;
    for (const rendition of open) rendition.close(reason);
    await Promise.all(open.map(({ ended }) => ended));
    await this.#scope.close(reason);
  }

  get #all(): Rendition[] {
    return [...this.#bySource.values()].flatMap((byKind) => [...byKind.values()]);
  }

  #create(source: Stream, accepts: AcceptedCodecs): Rendition {
    const { log, lingerMs = LINGER_MS } = this.#options;
    const onEnded = () => {
      const byKind = this.#bySource.get(source);
      if (byKind?.get(kindOf(accepts)) === rendition) byKind.delete(kindOf(accepts));
      if (byKind?.size === 0) this.#bySource.delete(source);
    };
    const rendition: Rendition = new Rendition({ source, accepts, pool: this.#pool, lingerMs, log, onEnded });
    return rendition;
  }

  #copyPresence(): void {
    for (const [source, byKind] of this.#bySource) {
      for (const { stream } of byKind.values()) stream.hasPublisher = source.hasPublisher;
    }
  }
}

const kindOf = ({ target, video, audio }: AcceptedCodecs): string => `${target} ${video.join()} ${audio.join()}`;
