import type { Player, PlayerOptions } from './Player';
import { LivePlayer } from './LivePlayer';

export const createPlayer = (options: PlayerOptions): Player => new LivePlayer(options);
