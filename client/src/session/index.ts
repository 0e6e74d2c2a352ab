/**
 * The client's end of a room, without React: socket, mediasoup device, transports, local and remote tracks, reconnecting. It writes
 * RoomState through `state/` and returns RoomActions. Everything rejects with LianmaiError.
 *
 * One room at a time: `joinRoom` leaves the previous room first. A watch page is in the audience of its room instead (`attendRoom`).
 */
export type { JoinOptions } from './JoinOptions';
export { DeviceError } from './media/deviceProblem';
export { openCamera, openMicrophone, stopTrack } from './media/capture';
export { meterLevel, type LevelListener } from './levelMeter';
export { attendRoom, type RoomAttendance } from './attendRoom';
export { joinRoom, preloadRoom } from './joinRoom';
export { lobbyRoom } from './lobbyApi';
export { isSignedOut, OperatorSession } from './OperatorSession';
export { expectArrival } from './arrival';
export { resumableParticipant } from './savedParticipant';
export { watchInfo } from './watchApi';
