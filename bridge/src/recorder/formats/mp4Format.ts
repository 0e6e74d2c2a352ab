import { rename, rm, stat } from 'node:fs/promises';
import type { Ffmpeg } from '../../media/ffmpeg/index.js';
import { remux } from '../../media/ffmpeg/index.js';
import { MP4 } from '../../hub/renditions/index.js';
import type { MediaTag } from '../../hub/stream/index.js';
import type { RecordingFile, RecordingFormat } from '../recordingContract.js';
import { DiskFile, type OpenFile } from '../DiskFile.js';
import { Mp4FragmentBuilder, type EarlierFragments } from '../Mp4FragmentBuilder.js';
import { repairMp4 } from './repairMp4.js';

const SEGMENT_MS = 4000;

/** Written in fragments so that it is playable at any moment, then made progressive so that players can seek. */
class Mp4File implements RecordingFile {
  readonly #file: DiskFile;
  readonly #finish: () => Promise<number>;
  readonly #fragments: Mp4FragmentBuilder;
  #waiting: Buffer[] = [];
  #hasInit: boolean;
  #finalBytes: number | null = null;

  constructor(file: DiskFile, finish: () => Promise<number>, earlier?: EarlierFragments) {
    this.#file = file;
    this.#finish = finish;
    this.#hasInit = earlier !== undefined;
    const onBegin = (init: Buffer) => {
      if (!this.#hasInit) this.#waiting.push(init);
      this.#hasInit = true;
    };
    const events = { onBegin, onPart: (bytes: Buffer) => this.#waiting.push(bytes), onEnd: () => undefined };
    this.#fragments = new Mp4FragmentBuilder(SEGMENT_MS, events, earlier);
  }

  get bytes(): number {
    return this.#finalBytes ?? this.#file.bytes;
  }

  get durationMs(): number {
    return Math.round(this.#fragments.durationMs);
  }

  async write(tags: readonly MediaTag[]): Promise<void> {
    this.#fragments.push(tags);
    await this.#flush();
  }

  async close(): Promise<void> {
    this.#fragments.flush();
    try {
      await this.#flush();
    } finally {
      await this.#file.close();
    }
    this.#finalBytes = await this.#finish();
  }

  async #flush(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    if (waiting.length > 0) await this.#file.append(Buffer.concat(waiting));
  }
}

export function mp4Format(ffmpeg: Ffmpeg, openFile?: OpenFile): RecordingFormat {
  const pathOf = (base: string) => `${base}.mp4`;
  const partOf = (base: string) => `${base}.part.mp4`;
  /** If this fails (a full disk), the fragmented file stays; it is playable too. */
  const makeProgressive = async (base: string): Promise<number> => {
    try {
      await remux(ffmpeg, pathOf(base), partOf(base), ['-movflags', '+faststart', '-f', 'mp4']);
      await rename(partOf(base), pathOf(base));
    } catch {
      await rm(partOf(base), { force: true });
    }
    return (await stat(pathOf(base))).size;
  };
  return {
    accepts: MP4,
    takesNewConfig: false,
    path: pathOf,
    parts: (base) => [pathOf(base), partOf(base)],
    create: async (base) => new Mp4File(await DiskFile.create(pathOf(base), openFile), () => makeProgressive(base)),
    async repair(base) {
      await rm(partOf(base), { force: true });
      const repaired = await repairMp4(pathOf(base));
      if (!repaired) return null;
      const { bytes, durationMs, isFragmented } = repaired;
      return { bytes: isFragmented ? await makeProgressive(base) : bytes, durationMs };
    },
    async resume(base, noted) {
      const { mtimeMs: lastWriteAtMs } = await stat(pathOf(base));
      const torn = await repairMp4(pathOf(base), noted);
      if (!torn?.isFragmented) return null;
      const file = new Mp4File(await DiskFile.reopen(pathOf(base), torn.bytes, openFile), () => makeProgressive(base), torn);
      return { file, endMs: torn.endMs, lastWriteAtMs };
    },
  };
}
