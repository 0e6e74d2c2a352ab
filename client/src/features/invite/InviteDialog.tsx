import { useTranslation } from 'react-i18next';
import { CopyField, Dialog, QrCode, testIds } from '../../ui';
import { roomLink, watchLink } from './roomLinks';

/** The two links of a room: one to take part, one to watch. */
export function InviteDialog({ room, isOpen, onClose }: { room: string; isOpen: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const copy = { copyLabel: t('common.copy'), copiedLabel: t('common.copied') };
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={t('invite.title')} description={t('invite.text')} closeLabel={t('common.close')}>
      <div className="flex flex-col gap-6">
        <div className="flex flex-col gap-2">
          <h3 className="font-medium">{t('invite.toRoom')}</h3>
          <CopyField variant="primary" label={t('invite.link')} value={roomLink(room)} {...copy} data-testid={testIds.inviteLink} />
        </div>
        <div className="flex flex-col gap-2">
          <h3 className="font-medium">{t('invite.toWatch')}</h3>
          <CopyField label={t('invite.watchLink')} value={watchLink(room)} {...copy} data-testid={testIds.watchLink} />
        </div>
        <QrCode value={roomLink(room)} label={t('invite.qr')} className="w-44 self-center" />
      </div>
    </Dialog>
  );
}
