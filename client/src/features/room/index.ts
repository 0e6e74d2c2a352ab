/** Everything around the stage: the top bar, notices, connection problems, and the end. */
export { BackstageNotice } from './BackstageNotice';
export { EndedScreen } from './EndedScreen';
export { InvitationDialog } from './InvitationDialog';
export { MediaBlocked, MediaInterrupted, ProgramRestarting, ReconnectingCover, SoundBlocked } from './ConnectionProblem';
export { RoomNotices } from './RoomNotices';
export { TopBar } from './TopBar';
