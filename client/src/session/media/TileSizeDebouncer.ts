export interface TileSize {
  width: number;
  height: number;
}

/** Dragging a window changes sizes with every frame, and the server needs only the last one. */
const RESIZE_DEBOUNCE_MS = 200;
/** A tile that disappears for a moment (a layout change) must not cost a key frame. */
const HIDE_DEBOUNCE_MS = 700;
const MAX_SIDE_PX = 8192;

const clamp = (px: number) => Math.min(MAX_SIDE_PX, Math.max(1, Math.round(px)));

/** Tracks how large each remote picture is shown, and reports a change once it has settled. undefined: not known. */
export class TileSizeDebouncer {
  readonly #sizes = new Map<string, TileSize | null>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #onSettled: (key: string, size: TileSize | null) => void;

  constructor(onSettled: (key: string, size: TileSize | null) => void) {
    this.#onSettled = onSettled;
  }

  get(key: string): TileSize | null | undefined {
    return this.#sizes.get(key);
  }

  set(key: string, wanted: TileSize | null): void {
    const size = wanted && { width: clamp(wanted.width), height: clamp(wanted.height) };
    const before = this.#sizes.get(key);
    this.#sizes.set(key, size);
    if (before?.width === size?.width && before?.height === size?.height && before !== undefined) return;
    const isShownAgain = size !== null && before === null;
    this.#settleIn(key, isShownAgain ? 0 : size === null ? HIDE_DEBOUNCE_MS : RESIZE_DEBOUNCE_MS);
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #settleIn(key: string, ms: number): void {
    clearTimeout(this.#timers.get(key));
    const timer = setTimeout(() => {
      this.#timers.delete(key);
      this.#onSettled(key, this.#sizes.get(key) ?? null);
    }, ms);
    this.#timers.set(key, timer);
  }
}
