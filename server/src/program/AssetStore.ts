import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { SerialQueue } from '@lianmai/kit';
import { AssetId, LianmaiError, MAX_ASSET_BYTES, type RoomId } from '@lianmai/protocol';
import { AssetFiles, type AssetFile, type AssetOwner } from './AssetFiles.js';

export interface AssetLimits {
  /** Of everything in the store, bytes. */
  maxBytes: number;
  /** Of the pictures that the people of one room have uploaded, bytes. */
  maxRoomBytes: number;
}

/** A stored picture as the operator sees it. */
export interface AssetInfo {
  assetId: AssetId;
  /** The room whose people uploaded it; null: the API. */
  room: RoomId | null;
  /** Space on the disk. */
  bytes: number;
  usedAtMs: number;
  /** A program shows it. */
  isInUse: boolean;
}

/**
 * Stores backgrounds and logos under the hash of their content, so that an owner's picture is one file however often it is uploaded. Rooms have a
 * quota each, and their oldest pictures that no program shows make room for newer ones. The operator's own pictures (uploaded through the API) stay until
 * they are deleted, and push those of rooms out.
 */
export class AssetStore {
  readonly #limits: AssetLimits;
  readonly #files: AssetFiles;
  /** How many programs show a picture. */
  readonly #holds = new Map<AssetId, number>();
  /** Saves and deletes go one at a time, so that the count is always that of the disk. */
  readonly #changes = new SerialQueue();

  private constructor(files: AssetFiles, limits: AssetLimits) {
    this.#files = files;
    this.#limits = limits;
  }

  /** Counts what is on the disk. */
  static async open(dataDir: string, limits: AssetLimits): Promise<AssetStore> {
    return new AssetStore(await AssetFiles.open(dataDir), limits);
  }

  /**
   * Takes PNG, JPEG and WebP from a room, or from the operator (`owner` null). Throws UNSUPPORTED for anything else, TOO_LARGE above 4 MB, and STORE_FULL
   * when everything that could make room is in use.
   */
  async save(bytes: Uint8Array, owner: RoomId | null): Promise<AssetId> {
    if (bytes.length > MAX_ASSET_BYTES) throw new LianmaiError('TOO_LARGE', { maxBytes: MAX_ASSET_BYTES });
    if (!isPicture(bytes)) throw new LianmaiError('UNSUPPORTED', undefined, { message: 'Only PNG, JPEG and WebP pictures can be used.' });
    const id = AssetId.parse(createHash('sha256').update(bytes).digest('hex'));
    return this.#changes.run(async () => {
      const of: AssetOwner = owner ?? '@operator';
      const known = this.#files.find(id).find((file) => file.owner === of);
      if (known) this.#files.touch(known);
      else {
        await this.#makeRoom(AssetFiles.sizeOf(bytes.length), of);
        await this.#files.write(id, of, bytes);
      }
      return id;
    });
  }

  /** Throws NOT_FOUND for an unknown id. */
  async read(id: AssetId): Promise<Uint8Array> {
    const [file] = this.#files.find(id);
    if (!file) throw new LianmaiError('NOT_FOUND', { assetId: id });
    this.#files.touch(file);
    return readFile(file.path);
  }

  /** Keeps a picture from being removed until the returned function is called. Throws NOT_FOUND for an unknown id. */
  hold(id: AssetId): () => void {
    const files = this.#files.find(id);
    if (files.length === 0) throw new LianmaiError('NOT_FOUND', { assetId: id }, { message: 'There is no such picture. Upload it first.' });
    for (const file of files) this.#files.touch(file);
    this.#holds.set(id, (this.#holds.get(id) ?? 0) + 1);
    let isHeld = true;
    return () => {
      if (isHeld) this.#letGo(id);
      isHeld = false;
    };
  }

  /** Least recently used first. */
  list(): AssetInfo[] {
    return this.#files.all.map(({ id, owner, bytes, usedAtMs }) => ({
      assetId: id,
      room: isRoom(owner) ? owner : null,
      bytes,
      usedAtMs,
      isInUse: this.#holds.has(id),
    }));
  }

  /** Deletes the picture, whoever uploaded it. Throws NOT_FOUND for an unknown id, WRONG_STATE while a program shows it. */
  delete(id: AssetId): Promise<void> {
    return this.#changes.run(async () => {
      const files = this.#files.find(id);
      if (files.length === 0) throw new LianmaiError('NOT_FOUND', { assetId: id });
      if (this.#holds.has(id))
        throw new LianmaiError('WRONG_STATE', { assetId: id }, { message: 'A program shows this picture. Change its scene first.' });
      for (const file of files) await this.#files.remove(file);
    });
  }

  #letGo(id: AssetId): void {
    const left = (this.#holds.get(id) ?? 0) - 1;
    if (left > 0) this.#holds.set(id, left);
    else this.#holds.delete(id);
  }

  async #makeRoom(bytes: number, owner: AssetOwner): Promise<void> {
    if (owner !== '@operator') {
      const ofRoom = (file: AssetFile) => file.owner === owner;
      await this.#trim(this.#limits.maxRoomBytes - bytes, ofRoom);
    }
    await this.#trim(this.#limits.maxBytes - bytes, () => true);
  }

  /** Removes the longest unused files among these until they take no more than `maxBytes`. */
  async #trim(maxBytes: number, isMeant: (file: AssetFile) => boolean): Promise<void> {
    const files = this.#files.all.filter(isMeant);
    let excess = files.reduce((sum, file) => sum + file.bytes, 0) - maxBytes;
    if (excess <= 0) return;
    const removable = files.filter(({ id, owner }) => owner !== '@operator' && !this.#holds.has(id));
    // A picture that does not fit anyway must not push others out.
    if (removable.reduce((sum, file) => sum + file.bytes, 0) < excess) throw new LianmaiError('STORE_FULL');
    for (const file of removable) {
      if (excess <= 0) return;
      // A program may have begun to show it meanwhile.
      if (this.#holds.has(file.id)) continue;
      excess -= file.bytes;
      await this.#files.remove(file);
    }
    if (excess > 0) throw new LianmaiError('STORE_FULL');
  }
}

const isRoom = (owner: AssetOwner): owner is RoomId => !owner.startsWith('@');

const startsWith = (bytes: Uint8Array, magic: readonly number[], at = 0): boolean =>
  magic.every((value, index) => bytes[at + index] === value);
const ascii = (text: string): number[] => [...Buffer.from(text, 'ascii')];
const PNG = [0x89, ...ascii('PNG\r\n'), 0x1a, 0x0a];
const JPEG = [0xff, 0xd8, 0xff];

/** Goes by the first bytes, because the browser's content type may be wrong. */
function isPicture(bytes: Uint8Array): boolean {
  return startsWith(bytes, PNG) || startsWith(bytes, JPEG) || (startsWith(bytes, ascii('RIFF')) && startsWith(bytes, ascii('WEBP'), 8));
}
