import type { WireError } from '@lianmai/protocol';
import type { Image } from '../Canvas.js';
import type { Sprite } from '../blend/blendSprite.js';
import type { OverlayRequest } from './drawOverlay.js';

export interface OverlayQuestion {
  id: number;
  request: OverlayRequest;
}

export type OverlayAnswer =
  | { kind: 'ready'; missingFonts: string[]; tid: number | undefined }
  | { kind: 'painted'; id: number; overlay: Sprite | Image }
  | { kind: 'refused'; id: number; error: WireError; cause: string };
