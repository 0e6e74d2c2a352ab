import { toLianmaiError, type AssetId, type ScenePatch } from '@lianmai/protocol';
import type { AssetStore } from './AssetStore.js';

/** Keeps the pictures of a program's scene in the store. */
export class HeldPictures {
  readonly #assets: Pick<AssetStore, 'hold'>;
  readonly #releases = new Map<AssetId, () => void>();

  constructor(assets: Pick<AssetStore, 'hold'>) {
    this.#assets = assets;
  }

  /** Holds these as well. Throws NOT_FOUND for an unknown picture, before it can be missing on air. */
  add(scene: ScenePatch | undefined): void {
    for (const id of picturesOf(scene)) if (!this.#releases.has(id)) this.#releases.set(id, this.#assets.hold(id));
  }

  /** Holds those of these that are still in the store, for a scene that was on air before. */
  addKnown(scene: ScenePatch): void {
    for (const id of picturesOf(scene)) {
      try {
        if (!this.#releases.has(id)) this.#releases.set(id, this.#assets.hold(id));
      } catch (error) {
        if (toLianmaiError(error).code !== 'NOT_FOUND') throw error;
      }
    }
  }

  /** Lets go of every other picture; null: of all. */
  keepOnly(scene: ScenePatch | null): void {
    const kept = picturesOf(scene ?? undefined);
    for (const [id, release] of this.#releases) {
      if (kept.includes(id)) continue;
      this.#releases.delete(id);
      release();
    }
  }
}

const picturesOf = (scene: ScenePatch | undefined): AssetId[] =>
  [scene?.background?.image, scene?.logo?.image].filter((id) => id !== undefined && id !== null);
