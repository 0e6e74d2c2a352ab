import { InvitationDialog, RoomNotices } from '../features/room';
import { InviteDialog } from '../features/invite';

/** Dialogs and toasts that any room page may show. */
export function RoomOverlays({ room, isInviting, onInviteClose }: { room: string; isInviting: boolean; onInviteClose: () => void }) {
  return (
    <>
      <RoomNotices />
      <InvitationDialog />
      <InviteDialog room={room} isOpen={isInviting} onClose={onInviteClose} />
    </>
  );
}
