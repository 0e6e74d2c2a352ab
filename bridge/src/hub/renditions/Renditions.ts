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
  /** How long a rendition outlives its last reader, ms: viewers leave, return and reload. Default 5000. */
  lingerMs?: number;
}

/** Opens a reader for one kind of consumer. Rejects with UNSUPPORTED and a readable reason if the stream cannot be converted. */
export type OpenReader = (source: Stream, accepts: AcceptedCodecs, options: ReaderOptions, signal: AbortSignal) => Promise<Reader>;

const LINGER_MS = 5000;
const PUBLISHER_CHECK_MS = 500;

/** Provides each kind of reader with a stream it can play; see the folder's index. */
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
   * Returns the stream that all readers of this kind share. Throws UNSUPPORTED, with a readable reason, if conversion is impossible; if
   * that becomes clear only later, `read` rejects with it.
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

  /** Waits for the stream's tracks first, so an unplayable stream is rejected before an output connects to its destination. */
  readonly read: OpenReader = async (source, accepts, options, signal) => {
    await waitForTracks(source, signal);
    return this.open(source, accepts).createReader(options);
  };

  /** Returns the conversion for each kind of player, running or not. Empty while the tracks are unknown. */
  conversionsOf(stream: Stream): Conversion[] {
    const info = this.describe(stream);
    if (!info.video && !info.audio) return [];
    return PLAYER_KINDS.map((accepts) => {
      const { video, audio, why } = planFor(info, accepts);
      return { target: accepts.target, video, audio, why };
    });
  }

  /** Whether the publisher's own video, with its key frames, reaches readers of this kind. */
  copiesVideo(source: Stream, accepts: AcceptedCodecs): boolean {
    return planFor(this.describe(source), accepts).video === 'copied';
  }

  describe(stream: Stream): MediaInfo {
    return this.#probe.describe(stream);
  }

  /** Number of running renditions, and of the conversions behind them. */
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
