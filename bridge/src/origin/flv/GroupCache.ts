import { flvFileHeader, flvTagParts, type FlvTag } from '../../formats/index.js';
import type { Stream } from '../../stream/index.js';
import { Batch } from './Batch.js';

/** Past either, players start at the next key frame instead. */
const MAX_BYTES = 32 * 1024 * 1024;
const MAX_MS = 20_000;
/** A stream of sound alone can be entered anywhere: this much is kept for a start without silence. */
const SOUND_MS = 1000;
/** A start is written in pieces about this large: few calls, and still a sign of life from a slow player between two. */
const PIECE_BYTES = 128 * 1024;
const MAX_PIECES = 8;

/** Turns tags into batches and keeps those of the newest group of pictures, with what a decoder needs before them, for players that come. */
export class GroupCache {
  /** What is read at the moment. */
  stream: Stream;
  #batches: Batch[] = [];
  #bytes = 0;
  #firstDtsMs = 0;
  #groupId = 0;
  #metadata: FlvTag | null = null;
  #video: FlvTag | null = null;
  #audio: FlvTag | null = null;
  #hasVideo = false;
  #hasAudio = false;
  /** false: nothing is kept until there is a key frame. */
  #isOpen = false;
  #start: Batch | null = null;

  constructor(stream: Stream) {
    this.stream = stream;
  }

  get isEmpty(): boolean {
    return this.#batches.length === 0;
  }

  get hasBothKinds(): boolean {
    return this.#hasVideo && this.#hasAudio;
  }

  get groupId(): number {
    return this.#groupId;
  }

  /** Length of what a player starts with. */
  get bytes(): number {
    return this.#bytes;
  }

  get durationMs(): number {
    return Math.max(0, (this.#batches.at(-1)?.dtsMs ?? this.#firstDtsMs) - this.#firstDtsMs);
  }

  /** The tags as batches to be written, each when it is in the cache: a new one starts with each key frame, so that there is one to begin with. */
  *add(tags: readonly FlvTag[]): Generator<Batch> {
    let from = 0;
    for (const [index, tag] of tags.entries()) {
      if (!tag.isKeyFrame || index === from) continue;
      yield this.#addRun(tags.slice(from, index));
      from = index;
    }
    yield this.#addRun(tags.slice(from));
  }

  /** Everything from the last entry point on, the same buffers for everybody; the first time with the file's header. */
  entry(isFirst: boolean): Batch[] {
    if (this.#batches.length > MAX_PIECES) this.#batches = joinPieces(this.#batches);
    this.#start ??= this.#joinPreamble(true);
    return [isFirst ? this.#start : this.#joinPreamble(false), ...this.#batches];
  }

  #addRun(tags: readonly FlvTag[]): Batch {
    for (const tag of tags) this.#note(tag);
    const first = tags[0];
    if (first && (first.isKeyFrame || !this.#hasVideo)) this.#begin(first);
    const batch = Batch.ofTags(tags, this.#groupId);
    if (this.#canBeKept(batch)) {
      this.#batches.push(batch);
      this.#bytes += batch.bytes.length;
    }
    return batch;
  }

  #canBeKept(batch: Batch): boolean {
    if (this.#bytes + batch.bytes.length > MAX_BYTES || batch.dtsMs - this.#firstDtsMs > MAX_MS) this.#forget();
    return this.#isOpen;
  }

  #begin(first: FlvTag): void {
    this.#groupId++;
    if (this.#hasVideo) this.#forget();
    while (this.#batches[0] && first.dtsMs - this.#batches[0].dtsMs > SOUND_MS) this.#bytes -= this.#batches.shift()?.bytes.length ?? 0;
    if (this.#batches.length === 0) this.#firstDtsMs = first.dtsMs;
    else if (!this.#hasVideo) this.#firstDtsMs = this.#batches[0]?.dtsMs ?? first.dtsMs;
    this.#start = null;
    this.#isOpen = true;
  }

  #forget(): void {
    this.#batches = [];
    this.#bytes = 0;
    this.#start = null;
    this.#isOpen = false;
  }

  #note(tag: FlvTag): void {
    const isNewKind = (tag.kind === 'video' && !this.#hasVideo) || (tag.kind === 'audio' && !this.#hasAudio);
    if (isNewKind) this.#start = null;
    this.#hasVideo ||= tag.kind === 'video';
    this.#hasAudio ||= tag.kind === 'audio';
    const isMetadata = tag.kind === 'data' && tag.body === this.stream.preamble.metadata?.body;
    if (!tag.isConfig && !isMetadata) return;
    // Sound that joins a picture; with any other config what came before cannot be decoded.
    const isAddition = tag.kind === 'audio' && this.#audio === null && this.#video !== null;
    if (tag.kind === 'data') this.#metadata = tag;
    else if (tag.kind === 'video') this.#video = tag;
    else this.#audio = tag;
    this.#start = null;
    if (tag.isConfig && !isAddition) this.#forget();
  }

  #joinPreamble(isFirst: boolean): Batch {
    const tags = [this.#metadata, this.#video, this.#audio].filter((tag) => tag !== null);
    const header = isFirst ? [flvFileHeader({ hasVideo: this.#hasVideo, hasAudio: this.#hasAudio })] : [];
    const parts = tags.flatMap((tag) => flvTagParts(tag, this.#firstDtsMs));
    return new Batch([...header, ...parts], { dtsMs: this.#firstDtsMs, tagCount: tags.length, groupId: this.#groupId });
  }
}

/** Small ones become large ones; those that are large already are not copied again. */
function joinPieces(batches: readonly Batch[]): Batch[] {
  const pieces: Batch[] = [];
  let open: Batch[] = [];
  let openBytes = 0;
  const close = () => {
    if (open.length > 0) pieces.push(open.length === 1 && open[0] ? open[0] : Batch.join(open));
    open = [];
    openBytes = 0;
  };
  for (const batch of batches) {
    open.push(batch);
    openBytes += batch.bytes.length;
    if (openBytes >= PIECE_BYTES) close();
  }
  close();
  return pieces;
}
