import { stat } from 'node:fs/promises';
import { flvFileHeader, flvTagParts, makeTag } from '../../media/formats/index.js';
import { FLV } from '../../hub/renditions/index.js';
import type { MediaTag } from '../../hub/stream/index.js';
import type { RecordingFile, RecordingFormat } from '../recordingContract.js';
import { DiskFile, type OpenFile } from '../DiskFile.js';
import { buildFlvMetadata, patchFlvMetadata } from './flvMetadata.js';
import { repairFlv } from './repairFlv.js';

/** How long the last picture before a gap stands. */
const FRAME_MS = 33;

class FlvFile implements RecordingFile {
  readonly #file: DiskFile;
  readonly #metadata = buildFlvMetadata();
  readonly #startMs: number;
  #firstMs: number | null = null;
  #lastMs: number;

  /** `startMs`: the time of the first new tag in the file. */
  constructor(file: DiskFile, startMs = 0) {
    this.#file = file;
    this.#startMs = startMs;
    this.#lastMs = startMs;
  }

  async begin(): Promise<void> {
    const tag = makeTag('data', 0, this.#metadata.body);
    await this.#file.append(Buffer.concat([flvFileHeader({ hasVideo: true, hasAudio: true }), ...flvTagParts(tag, 0)]));
  }

  get bytes(): number {
    return this.#file.bytes;
  }

  get durationMs(): number {
    return this.#lastMs;
  }

  async write(tags: readonly MediaTag[]): Promise<void> {
    const media = tags.filter((tag) => tag.kind !== 'data');
    this.#firstMs ??= media.find((tag) => !tag.isConfig)?.dtsMs ?? null;
    const parts = media.flatMap((tag) => flvTagParts(tag, this.#timeOf(tag)));
    if (parts.length > 0) await this.#file.append(Buffer.concat(parts));
  }

  async close(): Promise<void> {
    try {
      await patchFlvMetadata(this.#file, this.#metadata, this.#lastMs);
    } finally {
      await this.#file.close();
    }
  }

  #timeOf(tag: MediaTag): number {
    const atMs = this.#startMs + Math.max(0, Math.round(tag.dtsMs - (this.#firstMs ?? tag.dtsMs)));
    if (!tag.isConfig) this.#lastMs = Math.max(this.#lastMs, atMs);
    return atMs;
  }
}

export const flvFormat = (openFile?: OpenFile): RecordingFormat => ({
  accepts: FLV,
  takesNewConfig: true,
  path: (base) => `${base}.flv`,
  parts: (base) => [`${base}.flv`],
  async create(base) {
    const file = await DiskFile.create(`${base}.flv`, openFile);
    const flv = new FlvFile(file);
    await file.closeUnless(flv.begin());
    return flv;
  },
  repair: (base) => repairFlv(`${base}.flv`),
  async resume(base, noted) {
    const path = `${base}.flv`;
    const { mtimeMs: lastWriteAtMs } = await stat(path);
    const torn = await repairFlv(path, noted);
    if (!torn) return null;
    const endMs = torn.durationMs + FRAME_MS;
    return { file: new FlvFile(await DiskFile.reopen(path, torn.bytes, openFile), endMs), endMs, lastWriteAtMs };
  },
});
