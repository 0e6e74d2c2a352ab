import type { WireError } from '@lianmai/protocol';
import type { Image } from '../Canvas.js';
import type { Sprite } from '../sprite.js';
import type { ArtRequest } from './paint.js';

export interface ArtQuestion {
  id: number;
  request: ArtRequest;
}

export type ArtAnswer =
  | { kind: 'ready'; missingFonts: string[] }
  | { kind: 'painted'; id: number; art: Sprite | Image }
  | { kind: 'refused'; id: number; error: WireError; cause: string };
