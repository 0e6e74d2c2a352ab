import type { Tile } from '@lianmai/protocol';

export type TileSize = Pick<Tile, 'width' | 'height' | 'fit'>;

/** Shrinking by less than this costs more than cropping: the compositor crops. */
const LEAST_SHRINK = 0.95;
/** Division may leave 640.0000001: not a reason for two more pixels. */
const ROUNDING = 0.001;
/** No side of a decoded picture is longer, whatever a publisher sends (4000x2 pixels to cover a tile would be 720 000 wide). */
const MAX_SIDE = 4096;
const LIMIT = `min(${MAX_SIDE},${MAX_SIDE}*iw/ih)`;
const DEFAULT_TILE: TileSize = { width: 1920, height: 1920, fit: 'contain' };

/**
 * The width of the decoded picture as FFmpeg's expression on the incoming size, so that it holds when the camera or the simulcast layer changes. With height
 * `-2` (same aspect, even) one command changes both: cover is the smallest size that covers the tile, contain the largest inside it. null: as it comes.
 */
export function widthExpression(tile: TileSize | null): string {
  const { width, height, fit } = tile ?? DEFAULT_TILE;
  const inside = `min(${width},${height}*iw/ih)`;
  if (!tile) return `max(2,floor(min(iw,${inside})/2+${ROUNDING})*2)`;
  if (fit === 'contain') return `max(2,floor(${inside}/2+${ROUNDING})*2)`;
  const covering = `max(2,ceil(min(${LIMIT},max(${width},${height}*iw/ih))/2-${ROUNDING})*2)`;
  return `if(between(max(${width}/iw,${height}/ih),${LEAST_SHRINK},1),ceil(iw/2)*2,${covering})`;
}
