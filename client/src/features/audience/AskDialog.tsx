import { MAX_STAGE_TEXT } from '@lianmai/protocol';
import { Hand } from 'lucide-react';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePreferences, type AudienceActions } from '../../state';
import { Button, Dialog, testIds, TextField } from '../../ui';
import { NameField } from './NameField';
import { useRename } from './useRename';

/** A request to come up, with a message. The preview waits in the room. */
export function AskDialog({ actions, onClose }: { actions: AudienceActions; onClose: () => void }) {
  const { t } = useTranslation();
  const form = useId();
  const [isNameless] = useState(usePreferences((all) => all.name) === '');
  const [message, setMessage] = useState('');
  const ask = async () => {
    await actions.requestStage({ message });
    onClose();
  };
  const { name, write, problem, error, isBusy, submit } = useRename(actions, ask);
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t('audience.askTitle')}
      description={t('audience.askText')}
      closeLabel={t('common.close')}
      width="sm"
      actions={
        <Button
          variant="primary"
          type="submit"
          form={form}
          isBusy={isBusy}
          icon={<Hand size={18} aria-hidden />}
          data-testid={testIds.confirmAsk}
        >
          {t('audience.send')}
        </Button>
      }
    >
      <form
        id={form}
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {isNameless && <NameField name={name} problem={problem} onChange={write} />}
        <TextField
          label={t('audience.message')}
          value={message}
          maxLength={MAX_STAGE_TEXT}
          dir="auto"
          hint={t('audience.messageHint')}
          onChange={(event) => setMessage(event.target.value)}
          data-testid={testIds.askMessage}
        />
        {error && (
          <p role="alert" className="text-sm text-bad">
            {error}
          </p>
        )}
      </form>
    </Dialog>
  );
}
