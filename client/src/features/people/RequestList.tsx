import type { ParticipantId } from '@lianmai/protocol';
import { Check, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useActions, useRun } from '../../bindings';
import { useRoom } from '../../state';
import { Avatar, Button, Clock, IconButton, testIds } from '../../ui';

/** Viewers who ask to come up, oldest first: one click takes them up. New ones are read out. */
export function RequestList() {
  const requests = useRoom((room) => room.stage?.requests);
  const isFull = useRoom((room) => (room.stage ? room.stage.seats.length >= room.stage.seatLimit : false));
  const { t } = useTranslation();
  return (
    <div aria-live="polite" aria-relevant="additions">
      {requests && requests.length > 0 && (
        <ul className="flex flex-col gap-1 p-2">
          {requests.map(({ participantId, atMs }) => (
            <Request key={participantId} id={participantId} atMs={atMs} isFull={isFull} />
          ))}
        </ul>
      )}
      {requests && requests.length > 0 && isFull && <p className="px-4 pb-3 text-sm text-fg-2">{t('people.stageFull')}</p>}
    </div>
  );
}

function Request({ id, atMs, isFull }: { id: ParticipantId; atMs: number; isFull: boolean }) {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRun();
  const name = useRoom((room) => room.participants[id]?.name);
  const offsetMs = useRoom((room) => room.clockOffsetMs);
  if (name === undefined) return null;
  return (
    <li className="animate-fade flex items-center gap-2 rounded-md bg-surface-2 py-2 pr-2 pl-3">
      <Avatar name={name} seed={id} className="size-8" />
      <span className="min-w-0 flex-1">
        <bdi className="block truncate font-medium">{name}</bdi>
        <span className="block text-fg-3">
          {t('people.waitingFor')} <Clock sinceMs={atMs} offsetMs={offsetMs} />
        </span>
      </span>
      <IconButton label={t('people.declineName', { name })} icon={<X size={18} />} onClick={() => run(actions.decline(id))} data-testid={testIds.decline(id)} />
      <Button
        size="sm"
        look="primary"
        icon={<Check size={18} aria-hidden />}
        disabled={isFull}
        aria-label={t('people.approveName', { name })}
        onClick={() => run(actions.approve(id))}
        data-testid={testIds.approve(id)}
      >
        {t('people.approve')}
      </Button>
    </li>
  );
}
