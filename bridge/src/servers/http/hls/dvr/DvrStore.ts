import { join } from 'node:path';
import type { Log } from '@lianmai/kit';
import { nowMs } from '../../../../runtime/index.js';
import type { ListedSegment, Segment } from '../PlaylistTimeline.js';
import { DvrChunkWriter, type ChunkFile } from './DvrChunkWriter.js';
import type { DvrFiles } from './dvrFiles.js';
import { readIndex, type SegmentLine } from './dvrIndex.js';

export interface DvrOptions {
  directory: string;
  /** Older segments are pruned. */
  windowMs: number;
  files: DvrFiles;
  log: Log;
}

/** A segment of the window. `file` is null until it is on disk; that may never happen. */
export interface DvrSegment extends ListedSegment {
  file: { path: string; offset: number } | null;
}

/** Bounds memory when the disk is slower than the stream. */
const MAX_PENDING = 4;
/** A failed disk is retried after this long. */
const RETRY_MS = 30_000;
/** A larger gap in the numbers means another broadcast. */
const MAX_HOLE = 8;

/**
 * The DVR window of one channel, on disk. Segments are appended to chunks of a few minutes, each with its own index: pruning removes two
 * files and rewrites none, a stream has two dozen files instead of thousands, and after a crash everything is intact up to the last line of
 * the last index. A segment is listed at once and served from memory until it is on disk.
 */
export class DvrStore {
  readonly #options: DvrOptions;
  readonly #chunks: ChunkFile[] = [];
  readonly #inits = new Map<string, Buffer>();
  #segments: DvrSegment[] = [];
  #writer: DvrChunkWriter | null = null;
  #writing: Promise<void> = Promise.resolve();
  #pending = 0;
  #targetSeconds = 1;
  #retryAtMs: number | null = null;

  private constructor(options: DvrOptions) {
    this.#options = options;
  }

  /** Creates an empty window. */
  static fresh(options: DvrOptions): DvrStore {
    return new DvrStore(options);
  }

  /** Recovers the window that an earlier process left in the directory. */
  static async open(options: DvrOptions): Promise<DvrStore> {
    const store = new DvrStore(options);
    await store.#recover();
    return store;
  }

  /** Oldest first, with consecutive numbers. */
  get segments(): readonly DvrSegment[] {
    return this.#segments;
  }

  /** Rounded duration of the longest segment so far; never decreases. */
  get targetSeconds(): number {
    return this.#targetSeconds;
  }

  get last(): DvrSegment | undefined {
    return this.#segments.at(-1);
  }

  find(sequence: number): DvrSegment | undefined {
    const first = this.#segments[0];
    return first && this.#segments[sequence - first.sequence];
  }

  init(path: string): Buffer | undefined {
    return this.#inits.get(path);
  }

  /** Lists the segment and queues it for writing. */
  add(segment: Segment): void {
    this.#fillHole(segment);
    const entry = dvrSegmentOf(segment);
    this.#push(entry);
    this.prune(segment.atMs);
    if (segment.isGap || this.#isRetryPending()) return;
    if (this.#pending >= MAX_PENDING) return this.#fail(new Error('the DVR disk is slower than the stream'));
    if (segment.init !== null) this.#inits.set(segment.init, segment.presentation.init);
    const buffers = segment.parts.map((part) => part.bytes);
    this.#enqueue(() => this.#write(entry, buffers));
  }

  /** The segment has left memory; if it is not on disk, it becomes a gap. */
  forget(segment: ListedSegment): void {
    const entry = this.find(segment.sequence);
    if (entry && !entry.file) entry.isGap = true;
  }

  /** `atMs`: on the system's clock, as the dates of segments are. */
  prune(atMs: number): void {
    const oldestMs = atMs - this.#options.windowMs;
    let count = 0;
    for (const segment of this.#segments) {
      if (segment.atMs + segment.durationMs >= oldestMs) break;
      count++;
    }
    if (count > 0) this.#segments.splice(0, count);
    for (let chunk = this.#chunks[0]; chunk && chunk.endMs < oldestMs && !this.#writer?.owns(chunk); chunk = this.#chunks[0]) {
      this.#chunks.shift();
      this.#remove(chunk);
    }
    if (count > 0) this.#forgetInits();
  }

  /** Clears the window for an unrelated broadcast. */
  clear(): void {
    this.#segments = [];
    this.#inits.clear();
    const chunks = this.#chunks.splice(0);
    const writer = this.#writer;
    this.#writer = null;
    this.#enqueue(async () => {
      await writer?.close();
      for (const chunk of chunks) this.#remove(chunk);
    });
  }

  /** Deletes the whole window, including the chunk being written. */
  async discard(): Promise<void> {
    this.#segments = [];
    this.#inits.clear();
    this.#chunks.length = 0;
    await this.close();
    await this.#options.files.remove(this.#options.directory);
  }

  /** Closes the files of a broadcast that has ended. The next one writes new files; reading opens them for each request. */
  rest(): void {
    if (!this.#writer && this.#pending === 0) return;
    this.#enqueue(async () => {
      const writer = this.#writer;
      this.#writer = null;
      await writer?.close();
    });
  }

  /** Resolves when everything added is written. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#writer?.close();
    this.#writer = null;
  }

  #enqueue(task: () => Promise<void>): void {
    this.#pending++;
    this.#writing = this.#writing.then(task).then(
      () => {
        this.#pending--;
      },
      (error: unknown) => {
        this.#pending--;
        this.#fail(error);
      },
    );
  }

  async #write(entry: DvrSegment, buffers: readonly Buffer[]): Promise<void> {
    if (this.#isRetryPending() || entry.init === null) return;
    const { directory, files } = this.#options;
    if (this.#writer?.isFull(entry.atMs)) {
      await this.#writer.close();
      this.#writer = null;
    }
    if (!this.#writer) {
      await files.makeDirectory(directory);
      this.#writer = await DvrChunkWriter.create(files, join(directory, String(entry.sequence)), entry.atMs);
      this.#chunks.push(this.#writer.chunk);
    }
    const offset = await this.#writer.append(entry, buffers, this.#inits.get(entry.init));
    entry.file = { path: this.#writer.chunk.path, offset };
    if (this.#retryAtMs !== null) this.#options.log.info('DVR resumed');
    this.#retryAtMs = null;
  }

  /** The stream continues, but the window stops growing until the disk is retried. */
  #fail(error: unknown): void {
    if (this.#retryAtMs === null) this.#options.log.error({ err: error, alarm: 'dvrStopped' }, 'DVR stopped: cannot write to its disk');
    this.#retryAtMs = nowMs() + RETRY_MS;
    const writer = this.#writer;
    this.#writer = null;
    void writer?.close().catch(() => undefined);
  }

  #isRetryPending(): boolean {
    return this.#retryAtMs !== null && nowMs() < this.#retryAtMs;
  }

  /** Playlist numbers must be consecutive, so missing segments become gaps. */
  #fillHole(segment: Segment): void {
    const last = this.last;
    if (!last || segment.sequence === last.sequence + 1) return;
    if (segment.sequence <= last.sequence || segment.sequence - last.sequence > MAX_HOLE) return this.clear();
    for (let sequence = last.sequence + 1; sequence < segment.sequence; sequence++) this.#segments.push(gapAfter(last, sequence));
  }

  #push(segment: DvrSegment): void {
    this.#segments.push(segment);
    this.#targetSeconds = Math.max(this.#targetSeconds, Math.round(segment.durationMs / 1000));
  }

  #remove({ path, indexPath }: ChunkFile): void {
    const { files, log } = this.#options;
    for (const each of [path, indexPath])
      files.remove(each).catch((error: unknown) => log.warn({ err: error }, 'could not remove a DVR file'));
  }

  #forgetInits(): void {
    const used = new Set(this.#segments.map((segment) => segment.init));
    for (const path of this.#inits.keys()) if (!used.has(path)) this.#inits.delete(path);
  }

  async #recover(): Promise<void> {
    const { directory, files, log } = this.#options;
    const all = await files.list(directory);
    const names = all.filter((name) => /^\d{1,15}\.idx$/.test(name));
    const orphans = all.filter((name) => /^\d{1,15}\.m4s$/.test(name) && !names.includes(name.replace('.m4s', '.idx')));
    for (const name of orphans) await files.remove(join(directory, name));
    for (const name of names.sort((one, other) => parseInt(one) - parseInt(other))) {
      const base = join(directory, name.slice(0, -4));
      try {
        await this.#recoverChunk(base);
      } catch (error) {
        log.warn({ err: error }, 'skipped an unreadable DVR chunk');
      }
    }
    this.prune(Date.now());
  }

  async #recoverChunk(base: string): Promise<void> {
    const { files } = this.#options;
    const [lines, size] = [readIndex(await files.read(`${base}.idx`)), await files.size(`${base}.m4s`)];
    const chunk: ChunkFile = { path: `${base}.m4s`, indexPath: `${base}.idx`, endMs: 0 };
    this.#chunks.push(chunk);
    for (const line of lines) {
      if ('init' in line) {
        this.#inits.set(line.m, Buffer.from(line.init, 'base64'));
        continue;
      }
      if (line.o + line.b > size || !this.#inits.has(line.m)) return;
      this.#recoverSegment(line, chunk);
    }
  }

  #recoverSegment(line: SegmentLine, chunk: ChunkFile): void {
    const last = this.last;
    if (last && line.n <= last.sequence) return;
    for (let sequence = (last?.sequence ?? line.n) + 1; last && sequence < line.n; sequence++)
      this.#segments.push(gapAfter(last, sequence));
    chunk.endMs = line.t + line.d;
    this.#push({
      sequence: line.n,
      prefix: line.p,
      init: line.m,
      durationMs: line.d,
      bytes: line.b,
      atMs: line.t,
      isIndependent: line.i,
      isDiscontinuous: line.x,
      discontinuity: line.c,
      isGap: false,
      file: { path: chunk.path, offset: line.o },
    });
  }
}

const dvrSegmentOf = (segment: Segment): DvrSegment => ({
  sequence: segment.sequence,
  prefix: segment.prefix,
  init: segment.init,
  durationMs: segment.durationMs,
  bytes: segment.bytes,
  atMs: segment.atMs,
  isIndependent: segment.isIndependent,
  isDiscontinuous: segment.isDiscontinuous,
  discontinuity: segment.discontinuity,
  isGap: segment.isGap,
  file: null,
});

const gapAfter = (last: DvrSegment, sequence: number): DvrSegment => ({
  ...last,
  sequence,
  init: null,
  bytes: 0,
  isDiscontinuous: false,
  isGap: true,
  file: null,
  atMs: last.atMs + last.durationMs * (sequence - last.sequence),
});
