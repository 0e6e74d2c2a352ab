import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SerialQueue } from '@lianmai/kit';
import type { AssetId } from '@lianmai/protocol';

/** Scenes of all rooms together rarely use more; what is missing is fetched again. */
const MAX_BYTES = 256 * 1024 ** 2;
/** Room for more is made at once, so that the folder is read seldom. */
const KEPT_SHARE = 0.75;
/** A file takes whole blocks of the disk. */
const BLOCK_BYTES = 4096;

/** Images used in scenes, fetched from the server once and kept on disk: an asset never changes under its id. The longest unused ones go when it is full. */
export class AssetCache {
  readonly #folder: string;
  readonly #fetch: (id: AssetId) => Promise<Uint8Array>;
  readonly #maxBytes: number;
  readonly #running = new Map<AssetId, Promise<Uint8Array>>();
  readonly #saves = new SerialQueue();
  /** null until the folder has been read. */
  #totalBytes: number | null = null;

  constructor(dataDir: string, fetch: (id: AssetId) => Promise<Uint8Array>, maxBytes = MAX_BYTES) {
    this.#folder = join(dataDir, 'bridge-assets');
    this.#fetch = fetch;
    this.#maxBytes = maxBytes;
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
      const bytes = await readFile(file);
      const now = new Date();
      await utimes(file, now, now).catch(() => undefined);
      return bytes;
    } catch {
      const bytes = await this.#fetch(id);
      await this.#saves.run(() => this.#save(file, bytes)).catch(() => undefined); // a full disk costs a second fetch, not the image
      return bytes;
    }
  }

  /** Writes under another name until the file is complete. */
  async #save(file: string, bytes: Uint8Array): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    await this.#makeRoom(sizeOnDisk(bytes.length));
    const unfinished = `${file}.${randomUUID()}.part`;
    try {
      await writeFile(unfinished, bytes);
      await rename(unfinished, file);
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
    this.#totalBytes = (this.#totalBytes ?? 0) + sizeOnDisk(bytes.length);
  }

  async #makeRoom(bytes: number): Promise<void> {
    if (this.#totalBytes !== null && this.#totalBytes + bytes <= this.#maxBytes) return;
    const files = await this.#oldestFirst();
    let total = files.reduce((sum, file) => sum + file.bytes, 0);
    const target = total + bytes > this.#maxBytes ? this.#maxBytes * KEPT_SHARE - bytes : total;
    for (const file of files) {
      if (total <= target) break;
      await rm(file.path, { force: true });
      total -= file.bytes;
    }
    this.#totalBytes = total;
  }

  async #oldestFirst(): Promise<{ path: string; bytes: number; usedAtMs: number }[]> {
    const files = [];
    for (const name of await readdir(this.#folder)) {
      const path = join(this.#folder, name);
      const status = await stat(path).catch(() => null);
      if (status) files.push({ path, bytes: sizeOnDisk(status.size), usedAtMs: status.mtimeMs });
    }
    return files.sort((one, other) => one.usedAtMs - other.usedAtMs);
  }
}

const sizeOnDisk = (bytes: number): number => Math.max(1, Math.ceil(bytes / BLOCK_BYTES)) * BLOCK_BYTES;
