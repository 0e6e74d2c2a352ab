import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AssetId } from '@lianmai/protocol';

/** Images used in scenes, fetched from the server once and kept on disk: an asset never changes under its id. */
export class AssetCache {
  readonly #folder: string;
  readonly #fetch: (id: AssetId) => Promise<Uint8Array>;
  readonly #running = new Map<AssetId, Promise<Uint8Array>>();

  constructor(dataDir: string, fetch: (id: AssetId) => Promise<Uint8Array>) {
    this.#folder = join(dataDir, 'bridge-assets');
    this.#fetch = fetch;
  }

  get(id: AssetId): Promise<Uint8Array> {
    let running = this.#running.get(id);
    if (!running) {
      running = this.#read(id).finally(() => this.#running.delete(id));
      this.#running.set(id, running);
    }
    return running;
  }

  async #read(id: AssetId): Promise<Uint8Array> {
    // The id comes from outside and may be '..'; its hash is always a file name.
    const file = join(this.#folder, createHash('sha256').update(id).digest('hex'));
    try {
      return await readFile(file);
    } catch {
      const bytes = await this.#fetch(id);
      await this.#save(file, bytes).catch(() => undefined); // a full disk costs a second fetch, not the image
      return bytes;
    }
  }

  /** Writes under another name until the file is complete. */
  async #save(file: string, bytes: Uint8Array): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const unfinished = `${file}.${randomUUID()}.part`;
    await writeFile(unfinished, bytes);
    await rename(unfinished, file);
  }
}
