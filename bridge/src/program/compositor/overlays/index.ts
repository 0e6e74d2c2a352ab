/** Names, avatars, backgrounds and logos as sprites: painted once per change, in a separate thread, with bundled fonts for every script. */
export { SpriteRenderer } from './SpriteRenderer.js';
export { checkImage } from './checkImage.js';
export type { OverlayRequest } from './drawOverlay.js';
export { isRightToLeft } from './fitText.js';
