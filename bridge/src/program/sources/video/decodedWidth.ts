import type { Tile } from '@lianmai/protocol';

export type TileSize = Pick<Tile, 'width' | 'height' | 'fit'>;

/** Shrinking by less than this costs more than cropping, so the compositor crops instead. */
const LEAST_SHRINK = 0.95;
/** Division may yield 640.0000001, which must not cost two more pixels. */
const ROUNDING = 0.001;
/** Limit for each side of a decoded frame, whatever a publisher sends (4000x2 pixels covering a tile would be 720 000 wide). */
const MAX_SIDE = 4096;
const LIMIT = `min(${MAX_SIDE},${MAX_SIDE}*iw/ih)`;
const DEFAULT_TILE: TileSize = { width: 1920, height: 1920, fit: 'contain' };

/**
 * The width of the decoded frame as an FFmpeg expression on the incoming size, so that it holds when the camera or the simulcast layer changes. With height
 * `-2` (same aspect ratio, even) one command changes both: cover is the smallest size that covers the tile, contain the largest that fits. null keeps the
 * size.
 */
export function widthExpression(tile: TileSize | null): string {
  const { width, height, fit } = tile ?? DEFAULT_TILE;
  const inside = `min(${width},${height}*iw/ih)`;
  if (!tile) return `max(2,floor(min(iw,${inside})/2+${ROUNDING})*2)`;
  if (fit === 'contain') return `max(2,floor(${inside}/2+${ROUNDING})*2)`;
  const covering = `max(2,ceil(min(${LIMIT},max(${width},${height}*iw/ih))/2-${ROUNDING})*2)`;
  return `if(between(max(${width}/iw,${height}/ih),${LEAST_SHRINK},1),ceil(iw/2)*2,${covering})`;
}
