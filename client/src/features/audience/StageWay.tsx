import type { TFunction } from 'i18next';
import { Hand, X } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../../i18n';
import { useAudience, type AudienceActions, type StageNews } from '../../state';
import { Button, IconButton, testIds } from '../../ui';
import { AskDialog } from './AskDialog';
import { InvitationDialog } from './InvitationDialog';
import { TimeLeft } from './TimeLeft';

interface StageWayProps {
  actions: AudienceActions;
  /** Shown where people need not ask. */
  insteadOfAsking?: ReactNode;
}

/** The way to the stage: asking, waiting in line, the answer, and invitations. */
export function StageWay({ actions, insteadOfAsking = null }: StageWayProps) {
  const { t } = useTranslation();
  const { place, request } = useAudience(({ own }) => own);
  if (place !== 'audience')
    return (
      <p role="status" className="text-sm text-fg-2">
        {t('audience.comingUp')}
      </p>
    );
  return (
    <>
      {request ? <InLine request={request} actions={actions} /> : (insteadOfAsking ?? <Ask actions={actions} />)}
      <InvitationDialog actions={actions} />
    </>
  );
}

function Ask({ actions }: { actions: AudienceActions }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const news = useAudience((state) => state.news);
  const mayAsk = useAudience(({ audience }) => audience?.stage.requestsFrom === 'everyone');
  return (
    <>
      {mayAsk && (
        <Button
          size="sm"
          variant="primary"
          icon={<Hand size={18} aria-hidden />}
          onClick={() => setOpen(true)}
          data-testid={testIds.askToComeUp}
        >
          {t('audience.ask')}
        </Button>
      )}
      {news && (
        <p role="status" className="order-last flex basis-full items-center gap-2 text-sm text-warn" data-testid={testIds.stageNews}>
          <span dir="auto" className="min-w-0 flex-1 wrap-anywhere">
            {newsText(t, news)}
          </span>
          <IconButton label={t('common.close')} icon={<X size={18} />} onClick={() => actions.dismissNews()} />
        </p>
      )}
      {isOpen && <AskDialog actions={actions} onClose={() => setOpen(false)} />}
    </>
  );
}

function newsText(t: TFunction, news: StageNews): string {
  if (news.kind === 'invitationExpired') return t('audience.invitationExpired');
  if (news.outcome === 'expired') return t('audience.expired');
  return news.reason ? t('audience.declinedBecause', { reason: news.reason }) : t('audience.declined');
}

interface InLineProps {
  request: { position: number; expiresAtMs: number | null };
  actions: AudienceActions;
}

const PLACES = ['first', 'second', 'third'] as const;

function InLine({ request: { position, expiresAtMs }, actions }: InLineProps) {
  const { t } = useTranslation();
  const [error, setError] = useState<string | null>(null);
  return (
    <>
      <p className="flex flex-wrap gap-x-2 text-sm" data-testid={testIds.queuePlace}>
        <span role="status" className="font-medium">
          {t(`audience.position.${PLACES[position - 1] ?? 'later'}`, { position })}
        </span>
        <span className="text-fg-2">
          <TimeLeft untilMs={expiresAtMs} />
        </span>
      </p>
      <Button
        size="sm"
        onClick={() => void actions.cancelStageRequest().catch((thrown: unknown) => setError(errorText(t, thrown)))}
        data-testid={testIds.withdrawRequest}
      >
        {t('audience.withdraw')}
      </Button>
      {error && (
        <p role="alert" className="basis-full text-sm text-bad">
          {error}
        </p>
      )}
    </>
  );
}
