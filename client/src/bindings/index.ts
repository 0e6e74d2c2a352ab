/**
 * Connects the room to React: its actions (`RoomProvider`, `useActions`), the sources on stage and their tracks, the size of each picture,
 * and a few connected components that several features need. Features read the room through this folder and `state/`.
 */
export { ChatProvider, useChat, useChatBinding, type ChatBinding } from './ChatProvider';
export { DeviceSelect } from './DeviceSelect';
export { ModerationItems } from './ModerationItems';
export { RemovePersonDialog } from './RemovePersonDialog';
export { RoomProvider, useActions, useRunWithToast, useToasts } from './RoomProvider';
export { SourceTile } from './SourceTile';
export { SourceVideo } from './SourceVideo';
export { awayLabelOf, barsOf } from './participantLabels';
export { isMicrophoneOn } from './speaking';
export { placeOf, useBackstageSources, useSelf, useStageSources, type StageSource } from './stageSources';
export { useTileSize } from './useTileSize';
