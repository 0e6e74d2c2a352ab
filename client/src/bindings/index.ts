/**
 * Connects the room to React: its actions (`RoomProvider`, `useActions`), the sources on stage and their tracks, the size of each picture,
 * and a few connected components that several features need. Features read the room through this folder and `state/`.
 */
export { ModerationItems } from './ModerationItems';
export { RemovePersonDialog } from './RemovePersonDialog';
export { RoomProvider, useActions, useRunWithToast, useToasts } from './RoomProvider';
export { SourceVideo } from './SourceVideo';
export { awayLabelOf, barsOf, useAwayLabel } from './participantLabels';
export { isMicrophoneOn, useIsSpeaking } from './speaking';
export { useSelf, useStageSources, type StageSource } from './stageSources';
export { useTileSize } from './useTileSize';
