import { useTranslation } from 'react-i18next';
import { useActions, useRunWithToast } from '../../bindings';
import { Button, Dialog } from '../../ui';

/** A host who leaves while on air must decide whether the program goes on. */
export function LeaveDialog({ isOpen, onClose, onLeave }: { isOpen: boolean; onClose: () => void; onLeave: () => void }) {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  const endAndLeave = () => run(actions.stopLive().then(onLeave));
  return (
    <Dialog
      isOpen={isOpen}
      onClose={onClose}
      title={t('leave.title')}
      description={t('leave.text')}
      closeLabel={t('common.cancel')}
      width="sm"
      actions={
        <>
          <Button onClick={onLeave}>{t('leave.keepLive')}</Button>
          <Button variant="live" onClick={endAndLeave}>
            {t('leave.endAndLeave')}
          </Button>
        </>
      }
    />
  );
}
