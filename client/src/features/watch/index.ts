/** Watching a broadcast: the player first, everything else later. */
export { useBroadcast } from './useBroadcast';
export { Watch } from './Watch';
