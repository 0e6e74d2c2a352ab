import { GopBuffer } from '../../hub/stream/index.js';
import { isMetadata, type FlvTag } from '../../media/formats/index.js';
import type { Batch, Packed, Packer } from './fanoutContract.js';

/** Size of the writes that start a player: few calls, yet a slow player completes one often enough not to look stalled. */
const PIECE_BYTES = 128 * 1024;
const MAX_PIECES = 8;

/** Packs tags into batches and keeps those of the newest GOP, with the configs a decoder needs, for players that join. */
export class GopCache<P extends Packed> {
  readonly #packer: Packer<P>;
  readonly #known: Record<FlvTag['kind'], FlvTag | null> = { data: null, video: null, audio: null };
  readonly #gop = new GopBuffer<Batch<P>>(({ packed, firstMs, dtsMs }) => ({ bytes: packed.bytes.length, firstMs, lastMs: dtsMs }));
  #groupMs = 0;
  #hasVideo = false;
  #hasAudio = false;
  #first: Batch<P> | null = null;

  constructor(packer: Packer<P>) {
    this.#packer = packer;
  }

  get isEmpty(): boolean {
    return this.#gop.isEmpty;
  }

  get hasBothKinds(): boolean {
    return this.#hasVideo && this.#hasAudio;
  }

  /** Decoding time of the first cached batch. */
  get startMs(): number {
    return this.#gop.items[0]?.firstMs ?? 0;
  }

  get bytes(): number {
    return this.#gop.bytes;
  }

  get durationMs(): number {
    return Math.max(0, (this.#gop.items.at(-1)?.dtsMs ?? 0) - this.startMs);
  }

  /** Yields the tags as batches that are already cached. Each key frame starts a new batch, so players can start there. */
  *add(tags: readonly FlvTag[]): Generator<Batch<P>> {
    let from = 0;
    for (const [index, tag] of tags.entries()) {
      if (!tag.isKeyFrame || index === from) continue;
      yield this.#addRun(tags.slice(from, index));
      from = index;
    }
    yield this.#addRun(tags.slice(from));
  }

  /** Returns everything from the last entry point on, as shared buffers. `isFirst` adds the file header. */
  entry(isFirst: boolean): readonly Batch<P>[] {
    if (this.#gop.items.length > MAX_PIECES) this.#gop.join((batches) => this.#joinPieces(batches));
    const kinds = { hasVideo: this.#hasVideo, hasAudio: this.#hasAudio };
    const preamble = isFirst ? (this.#first ??= this.#preamble(this.#packer.header(kinds))) : this.#preamble([]);
    return preamble.packed.bytes.length > 0 ? [preamble, ...this.#gop.items] : this.#gop.items;
  }

  #addRun(tags: readonly FlvTag[]): Batch<P> {
    for (const tag of tags) this.#note(tag);
    const isEntry = tags[0]?.isKeyFrame === true || (!this.#hasVideo && tags.some(({ kind, isConfig }) => kind === 'audio' && !isConfig));
    if (isEntry) {
      this.#groupMs = tags[0]?.dtsMs ?? 0;
      this.#first = null;
    }
    const batch = this.#pack(tags);
    this.#gop.push(batch, !isEntry ? 'dependent' : this.#hasVideo ? 'keyFrame' : 'audio');
    return batch;
  }

  #note(tag: FlvTag): void {
    if (tag.kind === 'video' && !this.#hasVideo) [this.#hasVideo, this.#first] = [true, null];
    if (tag.kind === 'audio' && !this.#hasAudio) [this.#hasAudio, this.#first] = [true, null];
    if (!tag.isConfig && !isMetadata(tag)) return;
    // Audio that joins a video leaves the GOP decodable; any other new config does not.
    const isAddition = tag.kind === 'audio' && !this.#known.audio && this.#known.video !== null;
    this.#known[tag.kind] = tag;
    this.#first = null;
    if (tag.isConfig && !isAddition) this.#gop.clear();
  }

  #pack(tags: readonly FlvTag[]): Batch<P> {
    const [firstMs, dtsMs] = [tags[0]?.dtsMs ?? 0, tags.at(-1)?.dtsMs ?? 0];
    const packed = this.#packer.join(tags.flatMap((tag) => this.#packer.partsOf(tag)));
    return { packed, firstMs, dtsMs, tagCount: tags.length, groupMs: this.#groupMs };
  }

  /** Metadata and configs for a start at the first batch. */
  #preamble(header: readonly Buffer[]): Batch<P> {
    const atMs = this.startMs;
    const tags = [this.#known.data, this.#known.video, this.#known.audio].filter((tag) => tag !== null);
    const parts = tags.flatMap((tag) => this.#packer.partsOf({ ...tag, dtsMs: atMs }));
    return { packed: this.#packer.join([...header, ...parts]), firstMs: atMs, dtsMs: atMs, tagCount: tags.length, groupMs: atMs };
  }

  /** Joins small batches into pieces. Pieces that are large already are not copied again. */
  #joinPieces(batches: readonly Batch<P>[]): Batch<P>[] {
    const pieces: Batch<P>[] = [];
    let open: Batch<P>[] = [];
    let openBytes = 0;
    for (const batch of batches) {
      open.push(batch);
      openBytes += batch.packed.bytes.length;
      if (openBytes < PIECE_BYTES && batch !== batches.at(-1)) continue;
      pieces.push(this.#join(open, batch));
      open = [];
      openBytes = 0;
    }
    return pieces;
  }

  #join(batches: readonly Batch<P>[], last: Batch<P>): Batch<P> {
    if (batches.length === 1) return last;
    const packed = this.#packer.join(batches.map(({ packed: { bytes } }) => bytes));
    const tagCount = batches.reduce((sum, batch) => sum + batch.tagCount, 0);
    return { ...last, packed, tagCount, firstMs: batches[0]?.firstMs ?? last.firstMs };
  }
}
