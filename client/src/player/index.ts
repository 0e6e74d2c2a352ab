/** How a show is watched: one contract, and behind it the ways of delivery. Knows nothing of rooms. */
export type { Player, PlayerSnapshot, PlayerSources, PlayerState } from './contract';
export { createPlayer } from './createPlayer';
