/** The page before a room: device check, name, and the one button that goes in. */
export { Lobby } from './Lobby';
