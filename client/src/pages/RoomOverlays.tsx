import { AskDialog, InvitationDialog } from '../features/comeUp';
import { InviteDialog } from '../features/invite';
import { RoomNotices } from '../features/room';

interface RoomOverlaysProps {
  room: string;
  isInviting: boolean;
  isAsking: boolean;
  onInviteClose: () => void;
  onAskClose: () => void;
}

/** Dialogs and toasts that any room page may show. */
export function RoomOverlays({ room, isInviting, isAsking, onInviteClose, onAskClose }: RoomOverlaysProps) {
  return (
    <>
      <RoomNotices />
      <InvitationDialog />
      <AskDialog isOpen={isAsking} onClose={onAskClose} />
      <InviteDialog room={room} isOpen={isInviting} onClose={onInviteClose} />
    </>
  );
}
