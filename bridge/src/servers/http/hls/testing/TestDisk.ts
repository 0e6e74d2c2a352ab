import { diskFiles, type DvrFile, type DvrFiles } from '../dvr/index.js';

/** A DVR disk that tests can fill, and whose writes they can await. */
export class TestDisk implements DvrFiles {
  readonly makeDirectory = diskFiles.makeDirectory;
  readonly list = diskFiles.list;
  readonly read = diskFiles.read;
  readonly size = diskFiles.size;
  readonly remove = diskFiles.remove;
  isFull = false;
  #segments = 0;
  #onWritten = () => {};

  /** Segments written completely; the index line comes last. */
  get segments(): number {
    return this.#segments;
  }

  async create(path: string): Promise<DvrFile> {
    const file = await diskFiles.create(path);
    return {
      ...file,
      write: async (...given) => {
        if (this.isFull) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
        await file.write(...given);
        if (!path.endsWith('.idx')) return;
        this.#segments++;
        this.#onWritten();
      },
    };
  }

  async holds(segments: number): Promise<void> {
    while (this.#segments < segments) await new Promise<void>((resolve) => (this.#onWritten = resolve));
  }
}
