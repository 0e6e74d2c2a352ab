import type { SourceId, Tile } from '@lianmai/protocol';
import type { Image } from './Canvas.js';
import type { Yuv } from './yuvColour.js';
import type { PlacedSprite } from './blend/blendSprite.js';

/** A tile with everything that may be drawn in it. */
export interface RenderedTile extends Tile {
  /** false: the camera is off, whatever frames still come. */
  showsVideo: boolean;
  /** The card where there is no picture: a colour and, in its middle, the avatar (null: not painted yet). */
  colour: Yuv;
  avatar: PlacedSprite | null;
  /** null: names are off, or it is not painted yet. */
  label: PlacedSprite | null;
}

/** What is on air, down to pixels and factors: replaced as a whole. */
export interface RenderedScene {
  /** Of the picture that the server sent. */
  version: number;
  /** `image` fills the canvas. */
  background: { colour: Yuv; image: Image | null };
  tiles: readonly RenderedTile[];
  logo: PlacedSprite | null;
  /** Who is heard, with a linear factor. */
  gains: ReadonlyMap<SourceId, number>;
}

export const EMPTY_SCENE: RenderedScene = {
  version: -1,
  background: { colour: { y: 16, u: 128, v: 128 }, image: null },
  tiles: [],
  logo: null,
  gains: new Map(),
};
