import { Hand } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../../i18n';
import { useAudience, type AudienceActions } from '../../state';
import { Button, testIds } from '../../ui';
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
      {isOpen && <AskDialog actions={actions} onClose={() => setOpen(false)} />}
    </>
  );
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
        <p role="alert" className="max-w-64 text-sm text-bad">
          {error}
        </p>
      )}
    </>
  );
}
