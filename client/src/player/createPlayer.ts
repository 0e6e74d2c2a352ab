import type { Player } from './contract';
import { HlsPlayer } from './HlsPlayer';

export const createPlayer = (): Player => new HlsPlayer();
