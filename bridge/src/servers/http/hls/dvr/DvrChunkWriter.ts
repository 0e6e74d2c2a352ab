import type { ListedSegment } from '../PlaylistTimeline.js';
import type { DvrFile, DvrFiles } from './dvrFiles.js';
import { formatLine } from './dvrIndex.js';

export interface ChunkFile {
  path: string;
  indexPath: string;
  /** When its newest segment ended, epoch ms. */
  endMs: number;
}

/** Chunks are pruned as a whole, so the disk holds up to one chunk more than the window. */
const CHUNK_MS = 5 * 60_000;
const CHUNK_BYTES = 512 * 1024 * 1024;

/** Appends segments to one chunk: the bytes first, then the index line that makes them valid. The next write overwrites a failed one. */
export class DvrChunkWriter {
  readonly chunk: ChunkFile;
  readonly #data: DvrFile;
  readonly #index: DvrFile;
  readonly #startMs: number;
  readonly #knownInits = new Set<string>();
  #dataBytes = 0;
  #indexBytes = 0;

  private constructor(chunk: ChunkFile, data: DvrFile, index: DvrFile, startMs: number) {
    this.chunk = chunk;
    this.#data = data;
    this.#index = index;
    this.#startMs = startMs;
  }

  static async create(files: DvrFiles, base: string, startMs: number): Promise<DvrChunkWriter> {
    const chunk = { path: `${base}.m4s`, indexPath: `${base}.idx`, endMs: startMs };
    const data = await files.create(chunk.path);
    try {
      return new DvrChunkWriter(chunk, data, await files.create(chunk.indexPath), startMs);
    } catch (error) {
      await data.close();
      throw error;
    }
  }

  isFull(nowMs: number): boolean {
    return nowMs - this.#startMs >= CHUNK_MS || this.#dataBytes >= CHUNK_BYTES;
  }

  owns(chunk: ChunkFile): boolean {
    return chunk === this.chunk;
  }

  /** Returns the segment's offset in the data file. */
  async append(segment: ListedSegment, buffers: readonly Buffer[], init: Buffer | undefined): Promise<number> {
    const offset = this.#dataBytes;
    const path = segment.init ?? '';
    const isNew = init !== undefined && !this.#knownInits.has(path);
    const lines = isNew ? [formatLine({ m: path, init: init.toString('base64') })] : [];
    const bytes = buffers.reduce((sum, buffer) => sum + buffer.length, 0);
    lines.push(
      formatLine({
        n: segment.sequence,
        o: offset,
        b: bytes,
        d: segment.durationMs,
        t: segment.atMs,
        i: segment.isIndependent,
        x: segment.isDiscontinuous,
        c: segment.discontinuity,
        p: segment.prefix,
        m: path,
      }),
    );
    await this.#data.write(buffers, offset);
    await this.#index.write(lines, this.#indexBytes);
    this.#dataBytes += bytes;
    this.#indexBytes += lines.reduce((sum, line) => sum + line.length, 0);
    this.#knownInits.add(path);
    this.chunk.endMs = segment.atMs + segment.durationMs;
    return offset;
  }

  async close(): Promise<void> {
    await Promise.all([this.#data.close(), this.#index.close()]);
  }
}
