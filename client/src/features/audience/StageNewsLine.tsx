import type { TFunction } from 'i18next';
import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useAudience, type AudienceActions, type StageNews } from '../../state';
import { IconButton, testIds } from '../../ui';

/** How the last request or invitation ended. */
export function StageNewsLine({ actions }: { actions: AudienceActions }) {
  const { t } = useTranslation();
  const news = useAudience((state) => state.news);
  if (!news) return null;
  return (
    <p role="status" className="flex items-center gap-2 rounded-md bg-surface-2 py-1 pr-1 pl-4 text-base" data-testid={testIds.stageNews}>
      <span dir="auto" className="min-w-0 flex-1 wrap-anywhere">
        {newsText(t, news)}
      </span>
      <IconButton label={t('common.close')} icon={<X size={18} />} onClick={() => actions.dismissNews()} />
    </p>
  );
}

function newsText(t: TFunction, news: StageNews): string {
  if (news.kind === 'invitationExpired') return t('audience.invitationExpired');
  if (news.outcome === 'expired') return t('audience.expired');
  return news.reason ? t('audience.declinedBecause', { reason: news.reason }) : t('audience.declined');
}
