/**
 * The page's end of a room, without React: socket, mediasoup device, transports, local and remote tracks, reconnecting.
 * It writes RoomState through `state/` and answers RoomActions; everything rejects with LianmaiError.
 *
 * One session at a time: `joinRoom` while another is open leaves that one first.
 */
export type { InitialTrack, JoinOptions } from './JoinOptions';
export { DeviceError } from './media/deviceProblem';
export { openCamera, openMicrophone, stopTrack } from './media/capture';
export { meterLevel, type LevelListener } from './levelMeter';
export { joinRoom, preloadRoom } from './joinRoom';
export { lobbyRoom } from './lobbyApi';
export { isSignedOut, OperatorSession } from './OperatorSession';
export { resumableParticipant } from './savedParticipant';
export { watchInfo } from './watchApi';
