import type { Packed } from './fanoutContract.js';
import type { Fanout } from './Fanout.js';
import type { PlayerQueue } from './PlayerQueue.js';

export interface FanoutPlaybackParts<P extends Packed> {
  player: PlayerQueue<P>;
  fanout: () => Fanout<P>;
  onLeft: (droppedTags: number) => void;
}

/** One player of a stream, from `start` to `leave`. */
export class FanoutPlayback<P extends Packed> {
  readonly #parts: FanoutPlaybackParts<P>;
  #fanout: Fanout<P> | null = null;
  #hasLeft = false;

  constructor(parts: FanoutPlaybackParts<P>) {
    this.#parts = parts;
  }

  get droppedTags(): number {
    return this.#parts.player.droppedTags;
  }

  get queuedBytes(): number {
    return this.#parts.player.queuedBytes;
  }

  start(): void {
    if (this.#hasLeft) return;
    this.#fanout = this.#parts.fanout();
    this.#fanout.join(this.#parts.player);
  }

  pause(): void {
    this.#parts.player.pause();
  }

  resume(): void {
    this.#parts.player.resume();
  }

  /** Call when the connection is closed, or the player stops. */
  leave(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#parts.player.leave();
    this.#fanout?.leave(this.#parts.player);
    this.#parts.onLeft(this.droppedTags);
  }
}
