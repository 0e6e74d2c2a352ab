/**
 * Sources become one picture and one sound. Everything here is arithmetic on memory: `Clock` says when a tick is due, `Compositor` draws and mixes it, and
 * whoever owns them passes it on. Frames are I420 in BT.601, limited range. What is slow (text, images) is painted elsewhere, by `art/`, and arrives as
 * sprites that are blended.
 */
export { Canvas, type Image } from './Canvas.js';
export { TickClock } from './TickClock.js';
export { yuvOf, type Yuv } from './yuvColour.js';
export { Compositor } from './Compositor.js';
export { factorOf } from './mixer/Mixer.js';
export type { RenderedScene, RenderedTile } from './RenderedScene.js';
export { areaOf, type PlacedSprite, type Sprite } from './blend/blendSprite.js';
