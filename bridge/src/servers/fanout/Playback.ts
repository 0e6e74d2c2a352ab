import type { Stream } from '../../hub/stream/index.js';
import type { Packed, PlayerLimits, Rendition, Sink } from './contract.js';
import type { Fanout } from './Fanout.js';
import { PlayerQueue } from './PlayerQueue.js';

export interface PlaybackParts<P extends Packed> {
  source: Stream;
  /** What this player can play of it; throws when there is no way. */
  open: (source: Stream) => Rendition;
  sink: Sink<P>;
  limits: PlayerLimits;
  fanoutOf: (stream: Stream) => Fanout<P>;
  onLeft: (droppedTags: number) => void;
}

/** A stream as one player has it: what it can play of it, and its seat there. */
export class Playback<P extends Packed> {
  readonly #parts: PlaybackParts<P>;
  readonly #player: PlayerQueue<P>;
  #rendition: Rendition | null;
  #fanout: Fanout<P> | null = null;

  /** Throws what `open` throws. */
  constructor(parts: PlaybackParts<P>) {
    this.#parts = parts;
    this.#rendition = parts.open(parts.source);
    this.#player = new PlayerQueue(parts.sink, parts.limits);
  }

  get droppedTags(): number {
    return this.#player.droppedTags;
  }

  get queuedBytes(): number {
    return this.#player.queuedBytes;
  }

  start(): void {
    if (!this.#rendition) return;
    const { stream, changed } = this.#rendition;
    this.#fanout = this.#parts.fanoutOf(stream);
    this.#fanout.join(this.#player);
    changed?.addEventListener('abort', this.#move, { once: true });
  }

  pause(): void {
    this.#player.pause();
  }

  resume(): void {
    this.#player.resume();
  }

  /** The connection is gone, or the player wants no more. */
  leave(): void {
    if (!this.#rendition) return;
    this.#player.leave();
    this.#release();
    this.#parts.onLeft(this.droppedTags);
  }

  readonly #move = (): void => {
    const { source, open, sink } = this.#parts;
    if (source.isEnded) return;
    this.#release();
    try {
      this.#rendition = open(source);
      this.start();
    } catch (error) {
      this.#player.leave();
      this.#parts.onLeft(this.droppedTags);
      sink.onError(error);
    }
  };

  #release(): void {
    this.#rendition?.changed?.removeEventListener('abort', this.#move);
    this.#fanout?.leave(this.#player);
    this.#rendition?.close();
    this.#fanout = null;
    this.#rendition = null;
  }
}
