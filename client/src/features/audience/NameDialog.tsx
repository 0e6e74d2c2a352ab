import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { AudienceActions } from '../../state';
import { Button, Dialog, testIds } from '../../ui';
import { NameField } from './NameField';
import { useRename } from './useRename';

interface NameDialogProps {
  actions: AudienceActions;
  onNamed: () => void;
  onClose: () => void;
}

/** Asks for the name that others see, when it is needed for the first time or shall change. */
export function NameDialog({ actions, onNamed, onClose }: NameDialogProps) {
  const { t } = useTranslation();
  const form = useId();
  const { name, write, problem, error, isBusy, submit } = useRename(actions, onNamed);
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t('audience.nameTitle')}
      closeLabel={t('common.close')}
      width="sm"
      actions={
        <Button variant="primary" type="submit" form={form} isBusy={isBusy} data-testid={testIds.confirmName}>
          {t('audience.nameContinue')}
        </Button>
      }
    >
      <form
        id={form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <NameField name={name} problem={problem ?? error} hint={t('audience.nameText')} onChange={write} />
      </form>
    </Dialog>
  );
}
