/** How long a room may stand empty: with a program running on, and without. */
export interface EmptyRoomLimits {
  emptyRoomTtlMs: number;
  /** 0: as long as the program runs. */
  emptyLiveTtlMs: number;
}

/** Watches over an empty room and says when its time is up. */
export class EmptyRoomTimer {
  readonly #limits: EmptyRoomLimits;
  readonly #onExpired: () => void;
  #emptySinceMs: number | null = null;
  #timer: NodeJS.Timeout | undefined;
  #state = '';

  constructor(limits: EmptyRoomLimits, onExpired: () => void) {
    this.#limits = limits;
    this.#onExpired = onExpired;
  }

  /** Call it whenever one of the two may have changed; calling it too often does no harm. */
  update({ isEmpty, isLive }: { isEmpty: boolean; isLive: boolean }): void {
    const state = `${isEmpty} ${isLive}`;
    if (state === this.#state) return;
    this.#state = state;
    this.stop();
    if (!isEmpty) {
      this.#emptySinceMs = null;
      return;
    }
    this.#emptySinceMs ??= Date.now();
    const { emptyRoomTtlMs, emptyLiveTtlMs } = this.#limits;
    if (isLive && emptyLiveTtlMs === 0) return;
    const ttlMs = isLive ? Math.max(emptyLiveTtlMs, emptyRoomTtlMs) : emptyRoomTtlMs;
    this.#timer = setTimeout(this.#onExpired, Math.max(0, this.#emptySinceMs + ttlMs - Date.now()));
    this.#timer.unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
