import { sourceIdOf, type StageRequest } from '@lianmai/protocol';
import { Check, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useActions, useRunWithToast } from '../../bindings';
import { useRoom } from '../../state';
import { Avatar, Button, Clock, IconButton, testIds } from '../../ui';

/** Viewers who ask to come on stage, oldest first. One click lets them in backstage, and screen readers announce new ones. */
export function RequestList() {
  const requests = useRoom((room) => room.stage?.requests);
  return (
    <div aria-live="polite" aria-relevant="additions">
      {requests && requests.length > 0 && (
        <ul className="flex flex-col gap-1 p-2">
          {requests.map((request) => (
            <Request key={request.participantId} request={request} />
          ))}
        </ul>
      )}
    </div>
  );
}

function Request({ request: { participantId: id, name, message, atMs } }: { request: StageRequest }) {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  const offsetMs = useRoom((room) => room.clockOffsetMs);
  return (
    <li className="animate-fade flex flex-col gap-2 rounded-md bg-surface-2 p-2">
      <div className="flex items-center gap-2">
        <Avatar name={name} id={sourceIdOf(id, 'camera')} className="size-8" />
        <span className="min-w-0 flex-1 truncate font-medium">
          <bdi>{name}</bdi>
        </span>
        <span className="text-fg-3" title={t('people.waitingFor')}>
          <Clock sinceMs={atMs} offsetMs={offsetMs} />
        </span>
      </div>
      {message && (
        <p dir="auto" className="wrap-anywhere text-fg-2">
          {message}
        </p>
      )}
      <div className="flex gap-2">
        <Button
          size="sm"
          variant="primary"
          icon={<Check size={18} aria-hidden />}
          aria-label={t('people.approveName', { name })}
          onClick={() => run(actions.approve(id))}
          className="flex-1"
          data-testid={testIds.approve(id)}
        >
          {t('people.approve')}
        </Button>
        <IconButton
          variant="filled"
          label={t('people.declineName', { name })}
          icon={<X size={18} />}
          onClick={() => run(actions.decline(id))}
          data-testid={testIds.decline(id)}
        />
      </div>
    </li>
  );
}
