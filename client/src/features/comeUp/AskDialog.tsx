import { useEffect } from 'react';
import { lazyPart, placeOf, useSelf } from '../../bindings';
import { useRoom } from '../../state';

const AskForm = lazyPart(() => import('./AskForm'));

/** Asks to come on stage, or changes what was asked. Closes once the person is in, or invited. */
export function AskDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const self = useSelf();
  const isInvited = useRoom((room) => room.stage?.invitations.some((one) => one.participantId === room.selfId) ?? false);
  const mayAsk = self !== null && placeOf(self) === 'audience' && !isInvited;
  useEffect(() => {
    if (isOpen && !mayAsk) onClose();
  }, [isOpen, mayAsk, onClose]);
  if (!isOpen || !mayAsk) return null;
  return <AskForm self={self} onClose={onClose} />;
}
