import type { AssetId } from '@lianmai/protocol';

/** Backgrounds and logos, by content: the same picture uploaded twice is one file. */
export class AssetStore {
  static open(dataDir: string): Promise<AssetStore> {
    void dataDir;
    return Promise.resolve(new AssetStore());
  }

  /** PNG, JPEG or WebP of at most 4 MB; else UNSUPPORTED or TOO_LARGE. */
  save(bytes: Uint8Array): Promise<AssetId> {
    return Promise.reject(new Error(`not there yet: ${bytes.length}`));
  }

  /** NOT_FOUND for an unknown id. */
  read(id: AssetId): Promise<Uint8Array> {
    return Promise.reject(new Error(`not there yet: ${id}`));
  }
}
