import type { SourceId, Tile } from '@lianmai/protocol';
import type { Image } from './Canvas.js';
import type { Yuv } from './yuvColour.js';
import type { PlacedSprite } from './blend/blendSprite.js';

/** A tile with everything that may be drawn in it. */
export interface RenderedTile extends Tile {
  /** false: the camera is off, even if frames still arrive. */
  showsVideo: boolean;
  /** The card shown without video: a colour with the avatar in its middle. null: the avatar is not painted yet. */
  colour: Yuv;
  avatar: PlacedSprite | null;
  /** null: names are off, or this one is not painted yet. */
  label: PlacedSprite | null;
}

/** The scene on air, down to pixels and gain factors. It is always replaced as a whole. */
export interface RenderedScene {
  /** Version of the scene state that the server sent. */
  version: number;
  /** `image` fills the canvas. */
  background: { colour: Yuv; image: Image | null };
  tiles: readonly RenderedTile[];
  logo: PlacedSprite | null;
  /** Linear gain of each source that is heard. */
  gains: ReadonlyMap<SourceId, number>;
}

export const EMPTY_SCENE: RenderedScene = {
  version: -1,
  background: { colour: { y: 16, u: 128, v: 128 }, image: null },
  tiles: [],
  logo: null,
  gains: new Map(),
};
