/**
 * Connects the room to React: its actions (`RoomProvider`, `useActions`), the sources on stage and their tracks, the size of each picture,
 * and a few connected components that several features need. Features read the room through this folder and `state/`.
 */
export { ChatProvider, useChat, useChatBinding, type ChatBinding } from './ChatProvider';
export { DeviceSelect } from './DeviceSelect';
export { Preview, useDeviceCheck, type DeviceCheck } from './deviceCheck';
export { ModerationMenu } from './ModerationMenu';
export { MoveItems, SeatLockItems } from './SeatItems';
export { lazyPart } from './lazyPart';
export { RoomProvider, useActions, useRunWithToast, useToasts } from './RoomProvider';
export { SourceTile } from './SourceTile';
export { SourceVideo } from './SourceVideo';
export { awayLabelOf, barsOf } from './participantLabels';
export { canRemoveSeat, dropSeat, freeSeats, nextSeat, placeInLine } from './seats';
export { isMicrophoneLocked, isMicrophoneOn } from './speaking';
export { placeOf, useBackstageSources, useSelf, useStageSources, useSteadyOrder, type StageSource } from './stageSources';
export { useTileSize } from './useTileSize';
