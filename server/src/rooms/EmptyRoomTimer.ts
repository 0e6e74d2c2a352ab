/** How long a room may stay empty, with and without a running program. */
export interface EmptyRoomLimits {
  emptyRoomTtlMs: number;
  /** 0: as long as the program runs. */
  emptyLiveTtlMs: number;
}

/** Watches an empty room and reports when its time is up. Steps of the system's clock do not count. */
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

  /** Call it whenever either value may have changed. Extra calls are harmless. */
  update({ isEmpty, isLive }: { isEmpty: boolean; isLive: boolean }): void {
    const state = `${isEmpty} ${isLive}`;
    if (state === this.#state) return;
    this.#state = state;
    this.stop();
    if (!isEmpty) {
      this.#emptySinceMs = null;
      return;
    }
    this.#emptySinceMs ??= performance.now();
    const { emptyRoomTtlMs, emptyLiveTtlMs } = this.#limits;
    if (isLive && emptyLiveTtlMs === 0) return;
    const ttlMs = isLive ? Math.max(emptyLiveTtlMs, emptyRoomTtlMs) : emptyRoomTtlMs;
    this.#timer = setTimeout(this.#onExpired, Math.max(0, this.#emptySinceMs + ttlMs - performance.now()));
    this.#timer.unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
