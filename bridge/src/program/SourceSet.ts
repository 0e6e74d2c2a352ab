import type { Closable, Log } from '@lianmai/kit';
import type { RtpTrack, SourceId } from '@lianmai/protocol';
import type { RtpSource, Source } from './sources/index.js';

/** A source that is fed by tracks. */
export type TrackSource = Source & Pick<RtpSource, 'attach' | 'detach' | 'stats'>;

export interface SourceSetOptions {
  create: (id: SourceId) => TrackSource;
  log: Log;
}

/** The sources of a program. A source is created with its first track or with the first scene that names it, whichever comes first. */
export class SourceSet implements Closable {
  readonly byId: ReadonlyMap<SourceId, TrackSource>;
  readonly #options: SourceSetOptions;
  readonly #sources = new Map<SourceId, TrackSource>();
  readonly #ownerOfTrack = new Map<string, SourceId>();
  readonly #leaving = new Set<SourceId>();
  #expected: ReadonlySet<SourceId> = new Set();
  #endedCpuSeconds = 0;
  #endedRestarts = 0;

  constructor(options: SourceSetOptions) {
    this.#options = options;
    this.byId = this.#sources;
  }

  /** CPU of all decoders so far, including ended ones, seconds. */
  get cpuSeconds(): number {
    return this.#sum((source) => source.stats().decoderCpuSeconds) + this.#endedCpuSeconds;
  }

  get restarts(): number {
    return this.#sum((source) => source.restarts) + this.#endedRestarts;
  }

  get rssBytes(): number {
    return this.#sum((source) => source.stats().decoderRssBytes);
  }

  /** Sets which sources the scene names. New ones are created; the others end with `endLeaving`, once their audio has been faded out. */
  expect(ids: readonly SourceId[]): void {
    const expected = new Set(ids);
    for (const id of this.#expected) if (!expected.has(id)) this.#leaving.add(id);
    for (const id of ids) this.#leaving.delete(id);
    this.#expected = expected;
    for (const id of ids) this.#get(id);
  }

  /** Returns the sources that ended. */
  endLeaving(): SourceId[] {
    const gone = [...this.#leaving];
    this.#leaving.clear();
    for (const id of gone) this.#end(id);
    return gone;
  }

  attach(track: RtpTrack): void {
    this.#get(track.sourceId).attach(track);
    this.#ownerOfTrack.set(track.trackId, track.sourceId);
  }

  /** The last track of a source that no scene names ends the source as well. */
  detach(trackId: string): void {
    const owner = this.#ownerOfTrack.get(trackId);
    this.#ownerOfTrack.delete(trackId);
    if (!owner) return;
    this.#sources.get(owner)?.detach(trackId);
    const isWanted = this.#expected.has(owner) || [...this.#ownerOfTrack.values()].includes(owner);
    if (!isWanted) this.#leaving.add(owner);
  }

  async close(reason: string): Promise<void> {
    await Promise.all([...this.#sources.values()].map(async (source) => source.close(reason)));
  }

  #get(id: SourceId): TrackSource {
    const source = this.#sources.get(id) ?? this.#options.create(id);
    this.#sources.set(id, source);
    return source;
  }

  #end(id: SourceId): void {
    const source = this.#sources.get(id);
    if (!source) return;
    this.#sources.delete(id);
    for (const [trackId, owner] of this.#ownerOfTrack) if (owner === id) this.#ownerOfTrack.delete(trackId);
    this.#endedCpuSeconds += source.stats().decoderCpuSeconds;
    this.#endedRestarts += source.restarts;
    Promise.resolve(source.close('left the program')).catch((error: unknown) =>
      this.#options.log.warn({ err: error, source: id }, 'a source did not end cleanly'),
    );
  }

  #sum(of: (source: TrackSource) => number): number {
    let sum = 0;
    for (const source of this.#sources.values()) sum += of(source);
    return sum;
  }
}
