import { lazyPart, useSelf } from '../../bindings';
import { useRoom } from '../../state';

const InvitationForm = lazyPart(() => import('./InvitationForm'));

/** A moderator or co-host invites us. */
export function InvitationDialog() {
  const self = useSelf();
  const by = useRoom((room) => room.stage?.invitations.find((one) => one.participantId === room.selfId)?.by ?? null);
  return self && by !== null && <InvitationForm self={self} by={by} />;
}
