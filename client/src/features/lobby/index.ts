/** The page before a room: device check, name, and one button to go in. */
export { Lobby } from './Lobby';
