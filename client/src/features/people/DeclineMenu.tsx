import { MAX_STAGE_TEXT, type ParticipantId } from '@lianmai/protocol';
import { ChevronDown } from 'lucide-react';
import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useActions, useRunWithToast } from '../../bindings';
import { Button, Dialog, IconButton, Menu, MenuItem, testIds, TextField } from '../../ui';

const REASONS = ['people.declineNotNow', 'people.declineLater'] as const;

/** Declines a request with a reason, which the viewer reads. */
export function DeclineMenu({ id, name }: { id: ParticipantId; name: string }) {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  const [isWriting, setWriting] = useState(false);
  const decline = (reason: string) => run(actions.decline(id, reason));
  return (
    <>
      <Menu
        trigger={
          <IconButton
            variant="filled"
            label={t('people.declineBecauseName', { name })}
            icon={<ChevronDown size={18} />}
            data-testid={testIds.declineBecause(id)}
          />
        }
      >
        {REASONS.map((reason) => (
          <MenuItem key={reason} onSelect={() => decline(t(reason))}>
            {t(reason)}
          </MenuItem>
        ))}
        <MenuItem onSelect={() => setWriting(true)}>{t('people.declineOwn')}</MenuItem>
      </Menu>
      {isWriting && <OwnReason name={name} onClose={() => setWriting(false)} onDecline={decline} />}
    </>
  );
}

function OwnReason({ name, onClose, onDecline }: { name: string; onClose: () => void; onDecline: (reason: string) => void }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState('');
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    onDecline(reason);
    onClose();
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t('people.declineName', { name })}
      closeLabel={t('common.cancel')}
      width="sm"
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button variant="primary" type="submit" form="decline">
            {t('people.decline')}
          </Button>
        </>
      }
    >
      <form id="decline" onSubmit={onSubmit}>
        <TextField
          label={t('people.declineReason')}
          value={reason}
          maxLength={MAX_STAGE_TEXT}
          dir="auto"
          onChange={(event) => setReason(event.target.value)}
        />
      </form>
    </Dialog>
  );
}
