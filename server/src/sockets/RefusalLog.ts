const WINDOW_MS = 60_000;
const MAX_KEYS = 1000;
const OTHERS = 'others';

type Write = (fields: Record<string, unknown>, message: string) => void;

/**
 * Logs refusals that anybody can cause without letting anybody fill the disk: the first of each key at once, and the rest of its window as one
 * line with their number.
 */
export class RefusalLog {
  readonly #write: Write;
  readonly #windowMs: number;
  readonly #repeats = new Map<string, number>();

  constructor(write: Write, windowMs = WINDOW_MS) {
    this.#write = write;
    this.#windowMs = windowMs;
  }

  /** `key`: what repeats are counted by, such as the caller's network. */
  note(key: string, fields: Record<string, unknown>, message: string): void {
    const counted = this.#repeats.size < MAX_KEYS || this.#repeats.has(key) ? key : OTHERS;
    const repeats = this.#repeats.get(counted);
    if (repeats !== undefined) {
      this.#repeats.set(counted, repeats + 1);
      return;
    }
    this.#repeats.set(counted, 0);
    this.#write(fields, message);
    setTimeout(() => this.#endWindow(counted, fields, message), this.#windowMs).unref();
  }

  #endWindow(key: string, fields: Record<string, unknown>, message: string): void {
    const repeats = this.#repeats.get(key) ?? 0;
    this.#repeats.delete(key);
    if (repeats > 0) this.#write({ ...fields, key, repeats, withinMs: this.#windowMs }, `${message}, repeatedly`);
  }
}
