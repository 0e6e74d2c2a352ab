/** Everything around the stage: the top bar, notices, connection problems, and the end. */
export { BackstageNotice } from './BackstageNotice';
export { EndedScreen } from './EndedScreen';
export { HostAway } from './HostAway';
export { MediaBlocked, MediaInterrupted, ProgramRestarting, ReconnectingCover, SoundBlocked } from './ConnectionProblem';
export { RoomNotices } from './RoomNotices';
export { TopBar } from './TopBar';
