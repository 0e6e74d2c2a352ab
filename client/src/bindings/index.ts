/**
 * The room as React sees it: who can do what (`RoomProvider`, `useActions`), who is on stage with which track, and how large each picture is shown.
 * Features read the room through here and `state/`; nothing here draws more than one video.
 */
export { RoomProvider, useActions, useRun, useToasts, type ToastMessage } from './RoomProvider';
export { SourceVideo } from './SourceVideo';
export {
  barsOf,
  isMicrophoneOn,
  isSpeaking,
  screenOf,
  useIsSpeaking,
  useSelf,
  useStageSources,
  type StageSource,
} from './stageSources';
export { useTileSize } from './useTileSize';
