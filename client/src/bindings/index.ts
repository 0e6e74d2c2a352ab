/**
 * The room as React sees it: who can do what (`RoomProvider`, `useActions`), who is on stage with which track, how large each picture is shown, and
 * the few connected pieces that several features need. Features read the room through here and `state/`.
 */
export { ModerationItems } from './ModerationItems';
export { RemovePersonDialog } from './RemovePersonDialog';
export { RoomProvider, useActions, useRunWithToast, useToasts } from './RoomProvider';
export { SourceVideo } from './SourceVideo';
export { awayLabelOf, barsOf, useAwayLabel } from './participantLabels';
export { isMicrophoneOn, useIsSpeaking } from './speaking';
export { useSelf, useStageSources, type StageSource } from './stageSources';
export { useTileSize } from './useTileSize';
