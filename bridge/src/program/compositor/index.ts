/**
 * Turns the sources into one frame and one sound per tick. Everything here is arithmetic on memory: `TickClock` says when a tick is due, `Compositor` blends
 * frames (blend/) and mixes audio (mixer/). Frames are I420 in BT.601, limited range. Text and images are too slow for this: overlays/ paints them once, in
 * another thread, as sprites.
 */
export { Canvas, i420Bytes, type Image } from './Canvas.js';
export { TickClock, type Tick } from './TickClock.js';
export { yuvOf, type Yuv } from './yuvColour.js';
export { Compositor } from './Compositor.js';
export { factorOf } from './mixer/Mixer.js';
export type { RenderedScene, RenderedTile } from './RenderedScene.js';
export { areaOf, type PlacedSprite, type Sprite } from './blend/blendSprite.js';
