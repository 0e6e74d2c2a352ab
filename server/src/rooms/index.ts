/**
 * Rooms and the people in them. RoomDirectory opens a Room on first use and closes it after it has been empty for long enough. The pure
 * reducer in `stage/stageRules.ts` decides who goes on stage; roles follow the stage, and the server closes the tracks of anyone who comes
 * down. A Participant has media in the SFU; an Attendee watches by other means and holds one light connection. A Participant outlives its connections (ClientChannel) and media peers, both of which can be replaced. Rooms know neither sockets
 * nor HTTP.
 */
export type * from './contract.js';
export type { Attendee, GroupSend } from './audience/index.js';
export type { Person } from './Person.js';
export type { Room } from './Room.js';
export type { RoomMember } from './RoomMember.js';
export { RoomDirectory, type RoomDirectoryOptions } from './RoomDirectory.js';
