import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AssetId, LianmaiError, MAX_ASSET_BYTES } from '@lianmai/protocol';

/** With an open lobby everybody may upload, so the disk needs a bound. */
const MAX_TOTAL_BYTES = 1024 ** 3;
const SHA256_HEX = /^[0-9a-f]{64}$/;

/** Stores backgrounds and logos under the hash of their content, so that a picture uploaded twice is one file. */
export class AssetStore {
  readonly #folder: string;
  readonly #maxTotalBytes: number;
  /** Includes files that are still being written. */
  #totalBytes: number;

  private constructor(folder: string, totalBytes: number, maxTotalBytes: number) {
    this.#folder = folder;
    this.#totalBytes = totalBytes;
    this.#maxTotalBytes = maxTotalBytes;
  }

  static async open(dataDir: string, maxTotalBytes = MAX_TOTAL_BYTES): Promise<AssetStore> {
    const folder = join(dataDir, 'assets');
    await mkdir(folder, { recursive: true });
    return new AssetStore(folder, await sizeOf(folder), maxTotalBytes);
  }

  /** Takes PNG, JPEG and WebP. Throws UNSUPPORTED for anything else; TOO_LARGE above 4 MB, or when the store would exceed 1 GB. */
  async save(bytes: Uint8Array): Promise<AssetId> {
    if (bytes.length > MAX_ASSET_BYTES) throw new LianmaiError('TOO_LARGE', { maxBytes: MAX_ASSET_BYTES });
    if (!isPicture(bytes)) throw new LianmaiError('UNSUPPORTED', undefined, { message: 'Only PNG, JPEG and WebP pictures can be used.' });
    const id = AssetId.parse(createHash('sha256').update(bytes).digest('hex'));
    if (await this.has(id)) return id;
    if (this.#totalBytes + bytes.length > this.#maxTotalBytes)
      throw new LianmaiError('TOO_LARGE', undefined, {
        message: 'The server has no room for more pictures. Ask its operator to remove some.',
      });
    this.#totalBytes += bytes.length;
    // A temporary name until the file is complete, so that nobody reads half a picture.
    const unfinished = join(this.#folder, `${id}.${randomUUID()}.part`);
    try {
      await writeFile(unfinished, bytes);
      await rename(unfinished, this.#pathOf(id));
    } catch (error) {
      this.#totalBytes -= bytes.length;
      await rm(unfinished, { force: true });
      throw error;
    }
    return id;
  }

  async has(id: AssetId): Promise<boolean> {
    if (!SHA256_HEX.test(id)) return false;
    return access(this.#pathOf(id)).then(
      () => true,
      () => false,
    );
  }

  /** Throws NOT_FOUND for an unknown id. */
  async read(id: AssetId): Promise<Uint8Array> {
    if (!(await this.has(id))) throw new LianmaiError('NOT_FOUND', { assetId: id });
    return readFile(this.#pathOf(id));
  }

  #pathOf(id: AssetId): string {
    return join(this.#folder, id);
  }
}

async function sizeOf(folder: string): Promise<number> {
  // A file that disappears meanwhile counts as empty.
  const sizeOfFile = async (name: string) => (await stat(join(folder, name)).catch(() => null))?.size ?? 0;
  const sizes = await Promise.all((await readdir(folder)).map(sizeOfFile));
  return sizes.reduce((sum, size) => sum + size, 0);
}

const startsWith = (bytes: Uint8Array, magic: readonly number[], at = 0): boolean =>
  magic.every((value, index) => bytes[at + index] === value);
const ascii = (text: string): number[] => [...Buffer.from(text, 'ascii')];
const PNG = [0x89, ...ascii('PNG\r\n'), 0x1a, 0x0a];
const JPEG = [0xff, 0xd8, 0xff];

/** Goes by the first bytes, because the browser's content type may be wrong. */
function isPicture(bytes: Uint8Array): boolean {
  return startsWith(bytes, PNG) || startsWith(bytes, JPEG) || (startsWith(bytes, ascii('RIFF')) && startsWith(bytes, ascii('WEBP'), 8));
}
