import { mkdir, open, readdir, readFile, rm, type FileHandle } from 'node:fs/promises';

/** File operations of the DVR; tests substitute a full disk. */
export interface DvrFiles {
  makeDirectory(path: string): Promise<void>;
  /** Returns the names in a folder; empty when it does not exist. */
  list(path: string): Promise<string[]>;
  read(path: string): Promise<Buffer>;
  size(path: string): Promise<number>;
  remove(path: string): Promise<void>;
  /** Creates a file, or empties an existing one. */
  create(path: string): Promise<DvrFile>;
}

export interface DvrFile {
  /** Rejects unless everything was written. */
  write(buffers: readonly Uint8Array[], position: number): Promise<void>;
  close(): Promise<void>;
}

/** The media of signed streams is not for every user of the machine. */
const MODE = 0o640;

export const diskFiles: DvrFiles = {
  list: (path) => readdir(path).catch(() => []),
  read: (path) => readFile(path),
  remove: (path) => rm(path, { recursive: true, force: true }),
  async makeDirectory(path) {
    await mkdir(path, { recursive: true, mode: 0o750 });
  },
  async size(path) {
    const handle = await open(path, 'r').catch(() => null);
    if (!handle) return 0;
    try {
      return (await handle.stat()).size;
    } finally {
      await handle.close();
    }
  },
  async create(path) {
    const handle = await open(path, 'w', MODE);
    return { write: (buffers, position) => writeAll(handle, buffers, position), close: () => handle.close() };
  },
};

/** A nearly full disk writes only a part and reports that only in the byte count. */
async function writeAll(handle: FileHandle, buffers: readonly Uint8Array[], position: number): Promise<void> {
  const bytes = buffers.reduce((sum, buffer) => sum + buffer.length, 0);
  const { bytesWritten } = await handle.writev([...buffers], position);
  if (bytesWritten < bytes) throw Object.assign(new Error('the disk is full: only a part was written'), { code: 'ENOSPC' });
}
