import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../../i18n';
import { useAudience, type AudienceActions } from '../../state';
import { Button, Dialog, testIds } from '../../ui';
import { TimeLeft } from './TimeLeft';

/** A moderator invites us. No device opens before the room. */
export function InvitationDialog({ actions }: { actions: AudienceActions }) {
  const { t } = useTranslation();
  const invitation = useAudience(({ own }) => own.invitation);
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const answer = (accept: boolean) => {
    setBusy(true);
    setError(null);
    actions
      .answerInvitation(accept)
      .catch((thrown: unknown) => setError(errorText(t, thrown)))
      .finally(() => setBusy(false));
  };
  return (
    <Dialog
      isOpen={invitation !== null}
      onClose={() => answer(false)}
      title={t('audience.invited', { name: invitation?.byName || t('role.host') })}
      description={t('audience.invitedText')}
      closeLabel={t('audience.decline')}
      width="sm"
      isSticky
      actions={
        <>
          <Button disabled={isBusy} onClick={() => answer(false)} data-testid={testIds.refuseInvitation}>
            {t('audience.decline')}
          </Button>
          <Button variant="primary" isBusy={isBusy} onClick={() => answer(true)} data-testid={testIds.acceptInvitation}>
            {t('audience.accept')}
          </Button>
        </>
      }
    >
      {error ? (
        <p role="alert" className="text-sm text-bad">
          {error}
        </p>
      ) : (
        <p className="text-sm text-fg-2">
          <TimeLeft untilMs={invitation?.expiresAtMs ?? null} />
        </p>
      )}
    </Dialog>
  );
}
