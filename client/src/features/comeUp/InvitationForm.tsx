import type { ParticipantId, ParticipantInfo } from '@lianmai/protocol';
import { useTranslation } from 'react-i18next';
import { useActions, useRunWithToast } from '../../bindings';
import { errorText } from '../../i18n';
import { useRoom } from '../../state';
import { Button, Dialog, testIds } from '../../ui';
import { PreviewChoice } from './PreviewChoice';
import { usePreview } from './usePreview';

export default function InvitationForm({ self, by }: { self: ParticipantInfo; by: ParticipantId }) {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  const name = useRoom((room) => room.participants[by]?.name ?? t('role.host'));
  const goesOnAir = useRoom((room) => room.stage?.settings.approvedGoOnAir === true);
  const preview = usePreview(false);
  const refuse = () => run(actions.answerInvitation(false));
  const accept = () => void preview.run(() => actions.answerInvitation(true, preview.isSoundOnly), { keepOpen: true });
  return (
    <Dialog
      isOpen
      onClose={refuse}
      title={t('invitation.title', { name })}
      description={t(goesOnAir ? 'invitation.text' : 'invitation.backstageText')}
      closeLabel={t('invitation.refuse')}
      isSticky
      actions={
        <>
          <Button onClick={refuse} data-testid={testIds.refuseInvitation}>
            {t('invitation.refuse')}
          </Button>
          <Button variant="primary" isBusy={preview.isBusy} onClick={accept} data-testid={testIds.acceptInvitation}>
            {t('invitation.accept')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <PreviewChoice preview={preview} name={self.name} />
        {preview.error != null && (
          <p role="alert" className="rounded-md bg-surface-2 px-4 py-3 text-base">
            {errorText(t, preview.error)}
          </p>
        )}
      </div>
    </Dialog>
  );
}
