import { open, type FileHandle } from 'node:fs/promises';
import { LianmaiError } from '@lianmai/protocol';

/** How files are opened; tests pass in disks that fill up. */
export type OpenFile = (path: string) => Promise<Pick<FileHandle, 'write' | 'close' | 'datasync'>>;

/** An append-only file that counts its bytes. A failing disk becomes a typed error. */
export class DiskFile {
  readonly #handle: Awaited<ReturnType<OpenFile>>;
  #bytes = 0;

  private constructor(handle: Awaited<ReturnType<OpenFile>>) {
    this.#handle = handle;
  }

  static async create(path: string, openFile: OpenFile = (file) => open(file, 'wx', 0o640)): Promise<DiskFile> {
    return new DiskFile(await openFile(path).catch(refused));
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
