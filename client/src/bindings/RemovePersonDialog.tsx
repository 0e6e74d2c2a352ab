import type { ParticipantId } from '@lianmai/protocol';
import { useTranslation } from 'react-i18next';
import { ConfirmDialog } from '../ui';
import { useActions, useRunWithToast } from './RoomProvider';

/** Asks for confirmation before removing a participant. */
export function RemovePersonDialog({
  id,
  name,
  isOpen,
  onClose,
}: {
  id: ParticipantId;
  name: string;
  isOpen: boolean;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  const remove = () => {
    onClose();
    run(actions.remove(id));
  };
  return (
    <ConfirmDialog
      isOpen={isOpen}
      onClose={onClose}
      onConfirm={remove}
      title={t('people.removeTitle', { name })}
      description={t('people.removeText')}
      confirmLabel={t('people.remove')}
      cancelLabel={t('common.cancel')}
    />
  );
}
