import type { Stream } from '../../hub/stream/index.js';
import type { FanoutPoolOptions, Packed, Rendition, Sink } from './contract.js';
import { Fanout } from './Fanout.js';
import { Playback } from './Playback.js';

/** All players of one protocol. */
export class FanoutPool<P extends Packed> {
  /** What slow players have missed, over all that have left. */
  droppedTags = 0;
  readonly #options: FanoutPoolOptions<P>;
  readonly #fanouts = new Map<Stream, Fanout<P>>();
  readonly #playbacks = new Set<Playback<P>>();

  constructor(options: FanoutPoolOptions<P>) {
    this.#options = options;
  }

  get playerCount(): number {
    return this.#playbacks.size;
  }

  /** Waiting for slow players, by reference: each of them counts a shared buffer again. */
  get queuedBytes(): number {
    return [...this.#playbacks].reduce((sum, { queuedBytes }) => sum + queuedBytes, 0);
  }

  /** Throws what `open` throws; plays from its start to its leave. */
  open(source: Stream, open: (source: Stream) => Rendition, sink: Sink<P>): Playback<P> {
    const fanoutOf = (stream: Stream) => this.of(stream);
    const onLeft = (droppedTags: number) => {
      this.#playbacks.delete(playback);
      this.droppedTags += droppedTags;
    };
    const playback: Playback<P> = new Playback({ source, open, sink, limits: this.#options, fanoutOf, onLeft });
    this.#playbacks.add(playback);
    return playback;
  }

  /** The one that runs, or a new one for somebody who joins it at once. */
  of(stream: Stream): Fanout<P> {
    const existing = this.#fanouts.get(stream);
    if (existing) return existing;
    const fanout: Fanout<P> = new Fanout(stream, this.#options, () => {
      if (this.#fanouts.get(stream) === fanout) this.#fanouts.delete(stream);
    });
    this.#fanouts.set(stream, fanout);
    return fanout;
  }
}
