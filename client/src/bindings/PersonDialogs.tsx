import type { ParticipantId } from '@lianmai/protocol';
import { useTranslation } from 'react-i18next';
import { ConfirmDialog, testIds } from '../ui';
import { useActions, useRunWithToast } from './RoomProvider';

export type PersonQuestion = 'remove' | 'handOver';

interface PersonDialogsProps {
  id: ParticipantId;
  name: string;
  /** The one that is open. */
  asks: PersonQuestion | null;
  onClose: () => void;
}

/** Confirmations of what cannot be taken back: removing a participant, and handing the room over. */
export function PersonDialogs({ id, name, asks, onClose }: PersonDialogsProps) {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  const confirm = (act: Promise<void>) => {
    onClose();
    run(act);
  };
  return (
    <>
      <ConfirmDialog
        isOpen={asks === 'remove'}
        onClose={onClose}
        onConfirm={() => confirm(actions.remove(id))}
        title={t('people.removeTitle', { name })}
        description={t('people.removeText')}
        confirmLabel={t('people.remove')}
        cancelLabel={t('common.cancel')}
      />
      <ConfirmDialog
        isOpen={asks === 'handOver'}
        onClose={onClose}
        onConfirm={() => confirm(actions.transferHost(id))}
        title={t('host.handOverTitle', { name })}
        description={t('host.handOverText')}
        confirmLabel={t('host.handOver')}
        cancelLabel={t('common.cancel')}
        confirmTestId={testIds.confirmHandOver}
      />
    </>
  );
}
