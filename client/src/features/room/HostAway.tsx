import { LianmaiError } from '@lianmai/protocol';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useActions, useRunWithToast, useSelf } from '../../bindings';
import { useRoom } from '../../state';
import { Button, Countdown, testIds } from '../../ui';

/** Tells that the host is away but expected back. Moderators may take over once the server's grace period is over. */
export function HostAway() {
  const { t } = useTranslation();
  const self = useSelf();
  const isAway = useRoom(({ stage, phase }) => phase === 'joined' && stage !== null && stage.hostAwaySinceMs !== null);
  if (!isAway) return null;
  return (
    <section
      role="status"
      className="animate-fade flex shrink-0 flex-wrap items-center gap-x-4 gap-y-1 rounded-lg bg-surface-1 py-2 pr-2 pl-4"
      data-testid={testIds.hostAway}
    >
      <p className="min-h-9 flex-auto content-center text-base whitespace-nowrap text-fg-2">{t('host.away')}</p>
      {self?.isModerator && <TakeOverButton />}
    </section>
  );
}

/** The server knows how long to wait, and says so when asked too early. */
function TakeOverButton() {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  const [allowedAtMs, setAllowedAtMs] = useState<number | null>(null);
  useEffect(() => {
    if (allowedAtMs === null) return;
    const timer = setTimeout(() => setAllowedAtMs(null), Math.max(0, allowedAtMs - Date.now()));
    return () => clearTimeout(timer);
  }, [allowedAtMs]);
  const takeOver = async () => {
    try {
      await actions.takeOverHost();
    } catch (error) {
      const waitMs = error instanceof LianmaiError ? Number(error.details?.['retryAfterMs']) : NaN;
      if (!(waitMs > 0)) throw error;
      setAllowedAtMs(Date.now() + waitMs);
    }
  };
  return (
    <Button size="sm" disabled={allowedAtMs !== null} onClick={() => run(takeOver())} data-testid={testIds.takeOver}>
      {t(allowedAtMs === null ? 'host.takeOver' : 'host.takeOverIn')}
      {allowedAtMs !== null && (
        <>
          {' '}
          <Countdown untilMs={allowedAtMs} />
        </>
      )}
    </Button>
  );
}
