import { ChunkWriter, FLV_TYPE, isMetadata, type FlvTag } from '../../formats/index.js';
import { STREAM_ID } from './commands.js';
import { CHUNK_BYTES } from './RtmpPeer.js';

/** Chunks that go to players as they are: made once, the same buffers for all of them. */
export interface Batch {
  bytes: Buffer;
  /** Decoding times of its first and last tag, ms. */
  firstMs: number;
  dtsMs: number;
  tagCount: number;
  /** A player can start here, after the preamble. */
  isEntry: boolean;
}

/** Past either, players start at the next key frame instead. */
const MAX_BYTES = 32 * 1024 * 1024;
const MAX_MS = 20_000;
/** A stream of sound alone can be entered anywhere: this much is kept for a start without silence. */
const SOUND_MS = 1000;
/** Different chunk streams for sound, data and pictures, as everybody expects. */
const CHUNK_STREAM: Record<FlvTag['kind'], number> = { audio: 4, data: 5, video: 6 };

/** Turns tags into batches and keeps those of the newest group of pictures, with what a decoder needs before them, for players that come. */
export class PlayGroup {
  readonly #writer = new ChunkWriter();
  readonly #known: Record<FlvTag['kind'], FlvTag | null> = { data: null, video: null, audio: null };
  #batches: Batch[] = [];
  #bytes = 0;

  constructor() {
    this.#writer.chunkBytes = CHUNK_BYTES;
  }

  get batches(): readonly Batch[] {
    return this.#batches;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get durationMs(): number {
    return (this.#batches.at(-1)?.dtsMs ?? 0) - (this.#batches[0]?.firstMs ?? 0);
  }

  /** Metadata and configs, for a start at `dtsMs`; null when there are none. */
  preamble(dtsMs: number): Batch | null {
    const tags = [this.#known.data, this.#known.video, this.#known.audio].filter((tag) => tag !== null);
    return tags.length > 0 ? this.#join(tags.map((tag) => ({ ...tag, dtsMs }))) : null;
  }

  /** One batch, or more when there are key frames among the tags: each starts one. */
  add(tags: readonly FlvTag[]): Batch[] {
    const batches: Batch[] = [];
    let from = 0;
    tags.forEach((tag, index) => {
      if (!tag.isKeyFrame || index === from) return;
      batches.push(this.#addRun(tags.slice(from, index)));
      from = index;
    });
    batches.push(this.#addRun(tags.slice(from)));
    return batches;
  }

  #addRun(tags: readonly FlvTag[]): Batch {
    for (const tag of tags) this.#note(tag);
    const batch = this.#join(tags);
    if (tags[0]?.isKeyFrame) this.#forget();
    if (batch.isEntry || this.#batches.length > 0) {
      this.#batches.push(batch);
      this.#bytes += batch.bytes.length;
    }
    if (!this.#known.video) this.#trimSound(batch.dtsMs);
    else if (this.#bytes > MAX_BYTES || this.durationMs > MAX_MS) this.#forget();
    return batch;
  }

  #note(tag: FlvTag): void {
    if (!tag.isConfig && !isMetadata(tag)) return;
    this.#known[tag.kind] = tag;
    if (tag.isConfig) this.#forget(); // what came before cannot be decoded with it
  }

  #trimSound(nowMs: number): void {
    while (this.#batches[0] && nowMs - this.#batches[0].dtsMs > SOUND_MS) this.#bytes -= this.#batches.shift()?.bytes.length ?? 0;
  }

  #forget(): void {
    this.#batches = [];
    this.#bytes = 0;
  }

  /** The only copy that media goes through on its way to any number of players: times are the stream's own, for all the same. */
  #join(tags: readonly FlvTag[]): Batch {
    const pieces: Buffer[] = [];
    for (const tag of tags) {
      // FFmpeg takes metadata of any other time for a subtitle.
      const timestampMs = isMetadata(tag) ? 0 : Math.max(0, tag.dtsMs);
      this.#writer.write(pieces, CHUNK_STREAM[tag.kind], { typeId: FLV_TYPE[tag.kind], streamId: STREAM_ID, timestampMs, body: tag.body });
    }
    const first = tags.find((tag) => tag.kind !== 'data' && !tag.isConfig);
    const isEntry = tags[0]?.isKeyFrame === true || (first?.kind === 'audio' && this.#known.video === null);
    const [firstMs, dtsMs] = [tags[0]?.dtsMs ?? 0, tags.at(-1)?.dtsMs ?? 0];
    return { bytes: Buffer.concat(pieces), firstMs, dtsMs, tagCount: tags.length, isEntry };
  }
}
