import { useTranslation } from 'react-i18next';
import { errorText } from '../../i18n';
import { useAsk, useOperatorAccess } from '../../operator';
import { ConfirmDialog, testIds } from '../../ui';
import type { RecordingItem } from './catalogue';
import { useWhen } from './useWhen';

interface RemoveDialogProps {
  recording: RecordingItem;
  onRemoved: (id: string) => void;
  onClose: () => void;
}

/** Asks once. */
export function RemoveDialog({ recording, onRemoved, onClose }: RemoveDialogProps) {
  const { t } = useTranslation();
  const { session } = useOperatorAccess();
  const { isBusy, error, ask } = useAsk();
  const when = useWhen();
  const words = { name: `${recording.app}/${recording.name}`, time: when(recording.startedAtMs) };
  const remove = async () => {
    if (!(await ask(() => session.removeRecording(recording.id)))) return;
    onRemoved(recording.id);
    onClose();
  };
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      onConfirm={() => void remove()}
      isBusy={isBusy}
      title={t('recordings.removeTitle')}
      description={error === null ? t('recordings.removeText', words) : errorText(t, error)}
      confirmLabel={t('recordings.removeConfirm')}
      cancelLabel={t('common.cancel')}
      confirmTestId={testIds.confirmRemove}
    />
  );
}
