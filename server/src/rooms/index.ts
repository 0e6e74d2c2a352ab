/**
 * Rooms and the people in them. A Room lives from the first who needs it (RoomDirectory) until it has been empty for long enough. Who may come up is
 * decided by the pure reducer in `stage.ts`; roles follow the stage, and the server closes what somebody published when they come down. A Participant
 * outlives connections (ClientChannel) and media peers: both may be replaced under it. Rooms know neither sockets nor HTTP.
 */
export type * from './contract.js';
export type { Participant } from './Participant.js';
export type { Room } from './Room.js';
export { RoomDirectory, type RoomDirectoryOptions } from './RoomDirectory.js';
