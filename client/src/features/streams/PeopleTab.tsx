import type { StreamClient, StreamReply } from '@lianmai/protocol';
import { Unplug, Users } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../../i18n';
import { useOperatorAction, useOperatorAccess, usePolled } from '../../operator';
import { Clock, ConfirmDialog, EmptyState, formatBytes, IconButton, Pill, testIds } from '../../ui';
import { PROTOCOLS } from './labels';

const READ_EVERY_MS = 2000;
/** Any more are counted but not listed. */
const SHOWN = 200;

/** Every connection, the publisher first, and a way to disconnect it. */
export function PeopleTab({ stream }: { stream: StreamReply }) {
  const { t } = useTranslation();
  const { session, noticeError } = useOperatorAccess();
  const { value, error, refresh } = usePolled(() => session.clients(stream.id), READ_EVERY_MS, noticeError);
  const [leaving, setLeaving] = useState<StreamClient | null>(null);
  const kick = useOperatorAction();
  const clients = (value?.clients ?? []).toSorted((one, other) => order(one) - order(other) || one.sinceMs - other.sinceMs);
  const problem = kick.error ?? (value === null ? error : null);
  return (
    <div className="px-2">
      {problem !== null && (
        <p role="alert" className="pb-2 text-sm text-bad">
          {errorText(t, problem)}
        </p>
      )}
      {value !== null && clients.length === 0 && (
        <EmptyState icon={<Users size={28} aria-hidden />} title={t('streams.people.none')}>
          {t('streams.people.noneText')}
        </EmptyState>
      )}
      <ul className="divide-y divide-line">
        {clients.slice(0, SHOWN).map((client) => (
          <Client key={client.id} client={client} onKick={() => setLeaving(client)} />
        ))}
      </ul>
      <ConfirmDialog
        isOpen={leaving !== null}
        onClose={() => setLeaving(null)}
        onConfirm={() => {
          if (leaving) void kick.run(() => session.kick(stream.id, leaving.id)).then(refresh);
          setLeaving(null);
        }}
        title={t('streams.people.kickTitle', { ip: leaving?.ip ?? '' })}
        description={t('streams.people.kickText')}
        confirmLabel={t('streams.people.kickConfirm')}
        cancelLabel={t('common.cancel')}
        confirmTestId={testIds.confirmKick}
      />
    </div>
  );
}

const order = ({ action }: StreamClient): number => (action === 'publish' ? 0 : 1);

function Client({ client, onKick }: { client: StreamClient; onKick: () => void }) {
  const { t } = useTranslation();
  return (
    <li className="flex items-center gap-3 py-2" data-testid={testIds.streamClient} data-action={client.action}>
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-2">
          <span className="truncate text-base">{client.ip}</span>
          {client.action === 'publish' && <Pill tone="accent">{t('streams.people.publisher')}</Pill>}
        </p>
        <p className="tabular text-fg-3">
          {PROTOCOLS[client.protocol]} · {t('streams.people.since')} <Clock sinceMs={client.sinceMs} /> · {formatBytes(client.bytes)}
        </p>
      </div>
      <IconButton label={t('streams.people.kick', { ip: client.ip })} icon={<Unplug size={18} />} onClick={onKick} tooltipSide="left" />
    </li>
  );
}
