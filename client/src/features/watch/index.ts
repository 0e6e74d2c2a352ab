/** Watching a broadcast: the player first, everything else later. */
export { Watch } from './Watch';
