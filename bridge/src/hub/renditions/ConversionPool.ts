import { Scope, type Closable, type Log } from '@lianmai/kit';
import { LianmaiError } from '@lianmai/protocol';
import type { Ffmpeg } from '../../media/ffmpeg/index.js';
import type { Stream } from '../stream/index.js';
import type { AcceptedCodecs } from './acceptedCodecs.js';
import { isCopy, planFor, type ConversionPlan } from './conversionPlan.js';
import { ConvertedStream } from './ConvertedStream.js';
import type { MediaInfo, StreamProbe } from './StreamProbe.js';

export interface ConversionPoolOptions {
  probe: StreamProbe;
  ffmpeg: Ffmpeg;
  log: Log;
}

export interface ConversionLease {
  /** The source itself, or what is made from it. Ends with the source. */
  readonly stream: Stream;
  /** Aborts when the source has changed so that this no longer fits: lease again. */
  readonly changed: AbortSignal;
  /** Gives it back, once. */
  close(): void;
}

interface SharedConversion {
  converted: ConvertedStream;
  leases: number;
  /** Later leases do not find it any more. */
  forget: () => void;
}

interface Lease {
  source: Stream;
  accepts: AcceptedCodecs;
  /** Whether this plan asks for what was given. */
  fits: (plan: ConversionPlan) => boolean;
  changed: AbortController;
  misfits: number;
}

const CHECK_MS = 500;

/** The conversions that run, each shared by the renditions whose plan is the same. */
export class ConversionPool implements Closable {
  readonly #options: ConversionPoolOptions;
  readonly #scope = new Scope();
  readonly #shared = new Map<Stream, Map<string, SharedConversion>>();
  readonly #leases = new Set<Lease>();

  constructor(options: ConversionPoolOptions) {
    this.#options = options;
    this.#scope.interval(CHECK_MS, () => this.#check());
  }

  get count(): number {
    return [...this.#shared.values()].reduce((sum, byKey) => sum + byKey.size, 0);
  }

  /** Throws UNSUPPORTED, with the reason in words, where there is no way. */
  lease(source: Stream, accepts: AcceptedCodecs): ConversionLease {
    const info = this.#options.probe.describe(source);
    const plan = planFor(info, accepts);
    const isLeftAlone = (wanted: ConversionPlan) => isCopy(wanted) || (wanted.isImpossible && accepts.mayDropVideo === true);
    if (!isLeftAlone(plan)) assertPossible(plan);
    if (source.isEnded || (isLeftAlone(plan) && isKnown(info, accepts))) return this.#leaseSource(source, accepts, isLeftAlone);
    return this.#leaseConverted(
      source,
      accepts,
      isKnown(info, accepts) ? `${plan.key} ${accepts.bFrames}` : `${accepts.target} until known`,
    );
  }

  async close(reason: string): Promise<void> {
    await this.#scope.close(reason);
    const open = [...this.#shared.values()].flatMap((byKey) => [...byKey.values()]);
    for (const { converted, forget } of open) {
      forget();
      converted.close(reason);
    }
    await Promise.all(open.map(({ converted }) => converted.ended));
  }

  #leaseSource(source: Stream, accepts: AcceptedCodecs, fits: Lease['fits']): ConversionLease {
    const lease: Lease = { source, accepts, fits, changed: new AbortController(), misfits: 0 };
    this.#leases.add(lease);
    return { stream: source, changed: lease.changed.signal, close: () => void this.#leases.delete(lease) };
  }

  #leaseConverted(source: Stream, accepts: AcceptedCodecs, key: string): ConversionLease {
    const shared = this.#acquire(source, key, accepts);
    const fits = ({ key: wanted }: ConversionPlan) => (shared.converted.planKey ?? wanted) === wanted;
    const lease: Lease = { source, accepts, fits, changed: new AbortController(), misfits: 0 };
    this.#leases.add(lease);
    const close = () => {
      if (this.#leases.delete(lease)) release(shared);
    };
    return { stream: shared.converted.stream, changed: lease.changed.signal, close };
  }

  #acquire(source: Stream, key: string, accepts: AcceptedCodecs): SharedConversion {
    const byKey = this.#shared.get(source) ?? new Map<string, SharedConversion>();
    this.#shared.set(source, byKey);
    const shared = byKey.get(key) ?? this.#create(source, key, accepts);
    byKey.set(key, shared);
    shared.leases++;
    return shared;
  }

  #create(source: Stream, key: string, accepts: AcceptedCodecs): SharedConversion {
    const forget = () => {
      const byKey = this.#shared.get(source);
      if (byKey?.get(key) === shared) byKey.delete(key);
      if (byKey?.size === 0) this.#shared.delete(source);
    };
    const converted = new ConvertedStream({ ...this.#options, source, accepts, onEnded: forget });
    const shared: SharedConversion = { converted, leases: 0, forget };
    return shared;
  }

  /** A source has a few kinds of readers, each with one lease: all are checked twice a second. */
  #check(): void {
    for (const lease of this.#leases) {
      const plan = planFor(this.#options.probe.describe(lease.source), lease.accepts);
      lease.misfits = lease.fits(plan) ? 0 : lease.misfits + 1;
      // A conversion follows its source by itself, some pictures later.
      if (lease.misfits > 1) lease.changed.abort(new Error('the source has changed'));
    }
  }
}

export function assertPossible({ isImpossible, why }: ConversionPlan): void {
  if (isImpossible) throw new LianmaiError('UNSUPPORTED', undefined, { message: `${why ?? 'This cannot be played'}.` });
}

/** Whether the source's B-frames are known, where they matter. */
const isKnown = ({ video }: MediaInfo, { bFrames }: AcceptedCodecs): boolean => bFrames || video?.hasBFrames !== null;

function release(shared: SharedConversion): void {
  if (--shared.leases > 0) return;
  shared.forget();
  shared.converted.close('no reader is left');
}
