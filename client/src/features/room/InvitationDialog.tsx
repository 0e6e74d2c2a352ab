import { useTranslation } from 'react-i18next';
import { useActions, useRunWithToast } from '../../bindings';
import { useRoom } from '../../state';
import { Button, Dialog, testIds } from '../../ui';

/** A moderator invites us. No device opens before the person accepts. */
export function InvitationDialog() {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  const by = useRoom((room) => room.stage?.invitations.find((one) => one.participantId === room.selfId)?.by ?? null);
  const name = useRoom((room) => (by ? (room.participants[by]?.name ?? t('role.host')) : ''));
  const goesOnAir = useRoom((room) => room.stage?.settings.approvedGoOnAir === true);
  const answer = (accept: boolean) => run(actions.answerInvitation(accept));
  return (
    <Dialog
      isOpen={by !== null}
      onClose={() => answer(false)}
      title={t('invitation.title', { name })}
      description={t(goesOnAir ? 'invitation.text' : 'invitation.backstageText')}
      closeLabel={t('invitation.refuse')}
      width="sm"
      isSticky
      actions={
        <>
          <Button onClick={() => answer(false)} data-testid={testIds.refuseInvitation}>
            {t('invitation.refuse')}
          </Button>
          <Button variant="primary" onClick={() => answer(true)} data-testid={testIds.acceptInvitation}>
            {t('invitation.accept')}
          </Button>
        </>
      }
    />
  );
}
