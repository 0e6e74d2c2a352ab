import { spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const SIZE_MB = 96;
const FILLER = 'filler';
const CHUNK = Buffer.alloc(256 * 1024);

/** A file system in memory that is soon full. */
export class SmallDisk {
  readonly #folder: string;
  readonly #unmount = () => void spawnSync('umount', ['-l', this.#folder]);

  private constructor(folder: string) {
    this.#folder = folder;
    // Even a test run that crashes leaves nothing behind.
    process.once('exit', this.#unmount);
  }

  /** Mounts one at `folder`; returns null where that is not allowed. */
  static mount(folder: string): SmallDisk | null {
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MB}m`, 'tmpfs', folder]);
    return status === 0 ? new SmallDisk(folder) : null;
  }

  /** Leaves no byte free. Writes until the disk takes no more, because others write to it at the same time. */
  fill(): void {
    const filler = openSync(join(this.#folder, FILLER), 'a');
    try {
      while (writeSync(filler, CHUNK) > 0);
    } catch (error) {
      if (!isFull(error)) throw error;
    } finally {
      closeSync(filler);
    }
  }

  free(): void {
    rmSync(join(this.#folder, FILLER), { force: true });
  }

  unmount(): void {
    process.off('exit', this.#unmount);
    this.#unmount();
  }
}

const isFull = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOSPC';
