import { spawnSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SIZE_MB = 96;
const FILLER = 'filler';

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

  /** Leaves no byte free. */
  fill(): void {
    const { bavail, bsize } = statfsSync(this.#folder);
    writeFileSync(join(this.#folder, FILLER), Buffer.alloc(bavail * bsize));
  }

  free(): void {
    rmSync(join(this.#folder, FILLER), { force: true });
  }

  unmount(): void {
    process.off('exit', this.#unmount);
    this.#unmount();
  }
}
