import type { Player } from './contract';

export function createPlayer(): Player {
  throw new Error('in the making');
}
