/** What stands around the stage: the top bar, what happens to us, what is wrong with the connection, and the end. */
export { EndedScreen } from './EndedScreen';
export { InvitationDialog } from './InvitationDialog';
export { MediaBlocked, ReconnectingCover, SoundBlocked } from './ConnectionProblem';
export { RoomNotices } from './RoomNotices';
export { TopBar } from './TopBar';
