import type { Stream } from '../../hub/stream/index.js';
import type { FanoutPoolOptions, Packed, PlayerSink } from './fanoutContract.js';
import { Fanout } from './Fanout.js';
import { FanoutPlayback } from './FanoutPlayback.js';
import { PlayerQueue } from './PlayerQueue.js';

/** All players of one protocol. */
export class FanoutPool<P extends Packed> {
  /** Tags that former players were too slow for. */
  droppedTags = 0;
  readonly #options: FanoutPoolOptions<P>;
  readonly #fanouts = new Map<Stream, Fanout<P>>();
  readonly #playbacks = new Set<FanoutPlayback<P>>();

  constructor(options: FanoutPoolOptions<P>) {
    this.#options = options;
  }

  get playerCount(): number {
    return this.#playbacks.size;
  }

  /** Bytes queued for slow players. A shared buffer counts once per player. */
  get queuedBytes(): number {
    return [...this.#playbacks].reduce((sum, { queuedBytes }) => sum + queuedBytes, 0);
  }

  /** Creates a playback that plays from `start` until `leave`. */
  open(stream: Stream, sink: PlayerSink<P>): FanoutPlayback<P> {
    const onLeft = (droppedTags: number) => {
      this.#playbacks.delete(playback);
      this.droppedTags += droppedTags;
    };
    const player = new PlayerQueue(sink, this.#options);
    const playback: FanoutPlayback<P> = new FanoutPlayback({ player, fanout: () => this.of(stream), onLeft });
    this.#playbacks.add(playback);
    return playback;
  }

  /** Returns the running Fanout of a stream, or a new one for a player that joins at once. */
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
