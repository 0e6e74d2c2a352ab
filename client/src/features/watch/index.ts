/** Watching a show: the player first, everything else later. */
export { Watch } from './Watch';
