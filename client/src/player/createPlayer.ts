import type { Player, PlayerOptions } from './contract';
import { LivePlayer } from './LivePlayer';

export const createPlayer = (options: PlayerOptions): Player => new LivePlayer(options);
