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
  /** The source itself or a conversion of it. Ends with the source. */
  readonly stream: Stream;
  /** Aborts when the source has changed and this stream no longer fits. Take another lease then. */
  readonly changed: AbortSignal;
  /** Releases the lease. Call it once. */
  close(): void;
}

interface SharedConversion {
  converted: ConvertedStream;
  leases: number;
  /** Removes the conversion from the pool, so later leases start a new one. */
  forget: () => void;
}

interface Lease {
  source: Stream;
  accepts: AcceptedCodecs;
  /** Whether the leased stream still satisfies this plan. */
  fits: (plan: ConversionPlan) => boolean;
  changed: AbortController;
  misfits: number;
}

const CHECK_MS = 500;

/** All running conversions. Renditions with the same plan share one. */
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

  /** Throws UNSUPPORTED, with a readable reason, if the source cannot be converted. */
  lease(source: Stream, accepts: AcceptedCodecs): ConversionLease {
    const info = this.#options.probe.describe(source);
    const plan = planFor(info, accepts);
    const passesThrough = (wanted: ConversionPlan) => isCopy(wanted) || (wanted.isImpossible && accepts.mayDropVideo === true);
    if (!passesThrough(plan)) assertPossible(plan);
    if (source.isEnded || (passesThrough(plan) && isKnown(info, accepts))) return this.#leaseSource(source, accepts, passesThrough);
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
    const close = () => {
      this.#leases.delete(lease);
    };
    return { stream: source, changed: lease.changed.signal, close };
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

  /** Checks all leases twice a second; a source has only a few. */
  #check(): void {
    for (const lease of this.#leases) {
      const plan = planFor(this.#options.probe.describe(lease.source), lease.accepts);
      lease.misfits = lease.fits(plan) ? 0 : lease.misfits + 1;
      // Two checks in a row must fail, because a conversion needs a few frames to follow its source.
      if (lease.misfits > 1) lease.changed.abort(new Error('the source has changed'));
    }
  }
}

export function assertPossible({ isImpossible, why }: ConversionPlan): void {
  if (isImpossible) throw new LianmaiError('UNSUPPORTED', undefined, { message: `${why ?? 'This stream cannot be played'}.` });
}

/** Whether the presence of B-frames is known, or irrelevant to the reader. */
const isKnown = ({ video }: MediaInfo, { bFrames }: AcceptedCodecs): boolean => bFrames || video?.hasBFrames !== null;

function release(shared: SharedConversion): void {
  if (--shared.leases > 0) return;
  shared.forget();
  shared.converted.close('no reader is left');
}
