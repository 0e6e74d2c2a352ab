/** Past either limit the group is dropped, and readers start at the next key frame. */
const MAX_BYTES = 32 * 1024 * 1024;
const MAX_MS = 20_000;
/** Audio without video can be entered anywhere: this much of it is kept for a start without silence. */
const AUDIO_ONLY_MS = 1000;

/** Size of an item, and the decoding times of its first and last tag. */
export interface GopItem {
  bytes: number;
  firstMs: number;
  lastMs: number;
}

/** `keyFrame` starts a new group, `audio` (of a stream without video) can be entered too, and `dependent` items need an earlier one. */
export type GopItemKind = 'keyFrame' | 'audio' | 'dependent';

/** The newest group of pictures, for instant starts. Items are whatever the owner sends: tags, batches of tags, datagrams. */
export class GopBuffer<T> {
  readonly #measure: (item: T) => GopItem;
  #items: T[] = [];
  #bytes = 0;

  constructor(measure: (item: T) => GopItem) {
    this.#measure = measure;
  }

  get items(): readonly T[] {
    return this.#items;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  push(item: T, kind: GopItemKind): void {
    const { bytes, firstMs, lastMs } = this.#measure(item);
    if (kind === 'keyFrame') this.clear();
    if (kind === 'audio') this.#dropBefore(firstMs - AUDIO_ONLY_MS);
    const first = this.#items[0];
    if (!first && kind === 'dependent') return;
    const lengthMs = lastMs - (first ? this.#measure(first).firstMs : firstMs);
    if (this.#bytes + bytes > MAX_BYTES || lengthMs > MAX_MS) {
      this.clear();
      return;
    }
    this.#items.push(item);
    this.#bytes += bytes;
  }

  /** Replaces the items by fewer, larger ones with the same content. */
  join(join: (items: readonly T[]) => T[]): void {
    this.#items = join(this.#items);
  }

  clear(): void {
    this.#items = [];
    this.#bytes = 0;
  }

  #dropBefore(atMs: number): void {
    for (let first = this.#items[0]; first && this.#measure(first).lastMs < atMs; first = this.#items[0]) {
      this.#items.shift();
      this.#bytes -= this.#measure(first).bytes;
    }
  }
}
