import { streamKey } from '@lianmai/protocol';
import { useTranslation } from 'react-i18next';
import { errorText } from '../../i18n';
import { useOperatorAction, useOperatorAccess } from '../../operator';
import { ConfirmDialog, testIds } from '../../ui';
import type { RecordingItem } from './catalogue';
import { useDateTime } from './useDateTime';

interface RemoveRecordingDialogProps {
  recording: RecordingItem;
  onRemoved: (id: string) => void;
  onClose: () => void;
}

/** Asks once before deleting. */
export function RemoveRecordingDialog({ recording, onRemoved, onClose }: RemoveRecordingDialogProps) {
  const { t } = useTranslation();
  const { session } = useOperatorAccess();
  const { isBusy, error, run } = useOperatorAction();
  const when = useDateTime();
  const labels = { name: streamKey(recording), time: when(recording.startedAtMs) };
  const remove = async () => {
    if (!(await run(() => session.removeRecording(recording.id)))) return;
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
      description={error === null ? t('recordings.removeText', labels) : errorText(t, error)}
      confirmLabel={t('recordings.removeConfirm')}
      cancelLabel={t('common.cancel')}
      confirmTestId={testIds.confirmRemove}
    />
  );
}
