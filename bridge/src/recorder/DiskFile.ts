import { open, type FileHandle } from 'node:fs/promises';
import { LianmaiError } from '@lianmai/protocol';

/** How files are opened, new (`wx`) or to go on with (`r+`); tests pass in disks that fill up. */
export type OpenFile = (path: string, flags: 'wx' | 'r+') => Promise<Pick<FileHandle, 'write' | 'close' | 'datasync'>>;

const openOnDisk: OpenFile = (file, flags) => open(file, flags, 0o640);

/** An append-only file that counts its bytes. A failing disk becomes a typed error. */
export class DiskFile {
  readonly #handle: Awaited<ReturnType<OpenFile>>;
  #bytes: number;

  private constructor(handle: Awaited<ReturnType<OpenFile>>, bytes: number) {
    this.#handle = handle;
    this.#bytes = bytes;
  }

  static async create(path: string, openFile = openOnDisk): Promise<DiskFile> {
    return new DiskFile(await openFile(path, 'wx').catch(refused), 0);
  }

  /** Opens a file of so many bytes, to append to it. */
  static async reopen(path: string, bytes: number, openFile = openOnDisk): Promise<DiskFile> {
    return new DiskFile(await openFile(path, 'r+').catch(refused), bytes);
  }

  get bytes(): number {
    return this.#bytes;
  }

  async append(data: Buffer): Promise<void> {
    for (let from = 0; from < data.length;) from += await this.#write(data.subarray(from), this.#bytes + from);
    this.#bytes += data.length;
  }

  /** Overwrites bytes that are already there. */
  async patch(data: Buffer, at: number): Promise<void> {
    await this.#write(data, at);
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  /** Waits for the first writes of whoever creates a file. If they fail, nobody else would close it. */
  async closeUnless(written: Promise<void>): Promise<void> {
    try {
      await written;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async #write(data: Buffer, at: number): Promise<number> {
    const { bytesWritten } = await this.#handle.write(data, 0, data.length, at).catch(refused);
    if (bytesWritten === 0) refused(new Error('nothing was written'));
    return bytesWritten;
  }
}

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

function refused(cause: unknown): never {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (FULL.has(code)) throw new LianmaiError('DISK_FULL', undefined, { cause });
  throw new LianmaiError('INTERNAL', undefined, { message: 'The recording could not be written to disk.', cause });
}
