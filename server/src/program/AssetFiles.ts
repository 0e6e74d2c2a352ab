import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AssetId, RoomId, toLianmaiError } from '@lianmai/protocol';

/** A room, the operator, or unknown: uploaded under an earlier version, which did not note it. No room's name begins with `@`. */
export type AssetOwner = RoomId | '@operator' | '@unknown';

export interface AssetFile {
  id: AssetId;
  owner: AssetOwner;
  path: string;
  /** Space on the disk. */
  bytes: number;
  usedAtMs: number;
}

/** A file takes whole blocks, so that a million tiny ones count for what they take. */
const BLOCK_BYTES = 4096;
const SHA256_HEX = /^[0-9a-f]{64}$/;
const ROOMS = 'rooms';
const OPERATOR = 'operator';

/**
 * The files of the picture store: `operator/{hash}` and `rooms/{room}/{hash}`; those of unknown owners are directly in the folder. A file's modification time
 * says when it was last used, and so survives a restart.
 */
export class AssetFiles {
  readonly #folder: string;
  /** By path; the least recently used first. */
  readonly #files = new Map<string, AssetFile>();
  readonly #byId = new Map<AssetId, Set<AssetFile>>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Finds what is there, and removes what an earlier process left unfinished. */
  static async open(dataDir: string): Promise<AssetFiles> {
    const files = new AssetFiles(join(dataDir, 'assets'));
    await mkdir(join(files.#folder, OPERATOR), { recursive: true });
    await mkdir(join(files.#folder, ROOMS), { recursive: true });
    const found = [...(await files.#scan('@unknown')), ...(await files.#scan('@operator'))];
    for (const name of await readdir(join(files.#folder, ROOMS))) {
      const room = RoomId.safeParse(roomOf(name));
      if (room.success) found.push(...(await files.#scan(room.data)));
    }
    for (const file of found.sort((a, b) => a.usedAtMs - b.usedAtMs)) files.#add(file);
    return files;
  }

  static sizeOf(contentBytes: number): number {
    return Math.max(1, Math.ceil(contentBytes / BLOCK_BYTES)) * BLOCK_BYTES;
  }

  /** Least recently used first. */
  get all(): AssetFile[] {
    return [...this.#files.values()];
  }

  /** The same picture may have several owners. */
  find(id: AssetId): AssetFile[] {
    return [...(this.#byId.get(id) ?? [])];
  }

  /** Throws DISK_FULL. */
  async write(id: AssetId, owner: AssetOwner, content: Uint8Array): Promise<void> {
    const folder = this.#folderOf(owner);
    const path = join(folder, id);
    // A temporary name until the file is complete, so that nobody reads half a picture.
    const unfinished = `${path}.${randomUUID()}.part`;
    try {
      await mkdir(folder, { recursive: true });
      await writeFile(unfinished, content);
      await rename(unfinished, path);
    } catch (error) {
      await rm(unfinished, { force: true });
      throw toLianmaiError(error);
    }
    this.#add({ id, owner, path, bytes: AssetFiles.sizeOf(content.length), usedAtMs: Date.now() });
  }

  /** The file was used just now. */
  touch(file: AssetFile): void {
    if (!this.#files.delete(file.path)) return;
    this.#files.set(file.path, file);
    const now = new Date();
    file.usedAtMs = now.getTime();
    // Only the order after the next start depends on it.
    void utimes(file.path, now, now).catch(() => undefined);
  }

  /** It is not found any more from the call on. */
  async remove(file: AssetFile): Promise<void> {
    this.#files.delete(file.path);
    const same = this.#byId.get(file.id);
    same?.delete(file);
    if (same?.size === 0) this.#byId.delete(file.id);
    try {
      await rm(file.path, { force: true });
    } catch (error) {
      this.#add(file);
      throw error;
    }
  }

  #add(file: AssetFile): void {
    this.#files.set(file.path, file);
    const same = this.#byId.get(file.id) ?? new Set();
    this.#byId.set(file.id, same.add(file));
  }

  async #scan(owner: AssetOwner): Promise<AssetFile[]> {
    const folder = this.#folderOf(owner);
    const found: AssetFile[] = [];
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      if (name.endsWith('.part')) await rm(path, { force: true });
      const status = SHA256_HEX.test(name) ? await stat(path).catch(() => null) : null;
      if (!status) continue;
      const [bytes, usedAtMs] = [AssetFiles.sizeOf(status.size), Math.round(status.mtimeMs)];
      found.push({ id: AssetId.parse(name), owner, path, bytes, usedAtMs });
    }
    return found;
  }

  #folderOf(owner: AssetOwner): string {
    if (owner === '@unknown') return this.#folder;
    return owner === '@operator' ? join(this.#folder, OPERATOR) : join(this.#folder, ROOMS, folderNameOf(owner));
  }
}

/** Room names differ in case, but some disks' file names do not: `Show` is kept as `=show`. */
const folderNameOf = (room: RoomId): string => room.replace(/[A-Z]/g, (letter) => `=${letter.toLowerCase()}`);
const roomOf = (folderName: string): string => folderName.replace(/=([a-z])/g, (_, letter: string) => letter.toUpperCase());
