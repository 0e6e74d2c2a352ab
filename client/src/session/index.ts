/**
 * The client's end of a room, without React: socket, mediasoup device, transports, local and remote tracks, reconnecting. It writes
 * RoomState through `state/` and returns RoomActions. Everything rejects with LianmaiError.
 *
 * One room at a time: `joinRoom` leaves the previous room first.
 */
export type { JoinOptions } from './JoinOptions';
export { DeviceError } from './media/deviceProblem';
export { openCamera, openMicrophone, stopTrack } from './media/capture';
export { meterLevel, type LevelListener } from './levelMeter';
export { joinRoom, preloadRoom } from './joinRoom';
export { lobbyRoom } from './lobbyApi';
export { isSignedOut, OperatorSession } from './OperatorSession';
export { resumableParticipant } from './savedParticipant';
export { watchInfo } from './watchApi';
