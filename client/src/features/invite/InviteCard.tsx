import { useTranslation } from 'react-i18next';
import { CopyField, Qr, testIds } from '../../ui';
import { roomLink } from './links';

/** Alone in a room: the link, big. Grows with the tile it stands in. */
export function InviteCard({ room }: { room: string }) {
  const { t } = useTranslation();
  const link = roomLink(room);
  return (
    <div className="@container-size size-full rounded-[inherit] bg-surface-1">
      <div className="flex h-full flex-col items-center justify-center gap-4 p-4 text-center @min-h-[420px]:gap-6">
        <Qr value={link} label={t('invite.qr')} className="hidden w-40 @min-h-[360px]:block @min-[520px]:@min-h-[520px]:w-56" />
        <div>
          <h2 className="text-lg font-semibold">{t('invite.alone')}</h2>
          <p className="mt-1 text-base text-fg-2">{t('invite.aloneText')}</p>
        </div>
        <div className="w-full max-w-md">
          <CopyField
            look="primary"
            label={t('invite.link')}
            value={link}
            copyLabel={t('common.copy')}
            copiedLabel={t('common.copied')}
            data-testid={testIds.inviteLink}
          />
        </div>
      </div>
    </div>
  );
}
