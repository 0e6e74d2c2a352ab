import { useTranslation } from 'react-i18next';
import { CopyField, QrCode, testIds } from '../../ui';
import { roomLink } from './roomLinks';

/** A large invitation link for somebody who is alone. It grows with its tile. */
export function InviteCard({ room }: { room: string }) {
  const { t } = useTranslation();
  const link = roomLink(room);
  return (
    <div className="@container-size size-full rounded-[inherit] bg-surface-1">
      <div className="flex h-full items-center justify-center gap-4 p-4 [@container(min-height:280px)]:flex-col [@container(min-height:280px)]:gap-6 [@container(min-height:280px)]:text-center">
        <QrCode
          value={link}
          label={t('invite.qr')}
          className="hidden shrink-0 [@container(min-height:150px)_and_(min-width:480px)]:block [@container(min-height:150px)]:w-36 [@container(min-height:420px)]:block [@container(min-height:560px)]:w-56"
        />
        <div className="flex w-full max-w-md min-w-0 flex-col gap-4">
          <div>
            <h2 className="text-lg font-semibold">{t('invite.alone')}</h2>
            <p className="mt-1 text-base text-fg-2">{t('invite.aloneText')}</p>
          </div>
          <CopyField
            variant="primary"
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
