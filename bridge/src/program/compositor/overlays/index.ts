/** Names, avatars, backgrounds and logos as sprites: painted on change, in a thread of their own, with fonts for every script that come with the bridge. */
export { SpriteRenderer } from './SpriteRenderer.js';
export { checkImage } from './checkImage.js';
export type { OverlayRequest } from './drawOverlay.js';
export { isRightToLeft } from './fitText.js';
