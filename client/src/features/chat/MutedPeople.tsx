import { useTranslation } from 'react-i18next';
import { useActions, useRunWithToast } from '../../bindings';
import { useRoom } from '../../state';
import { Button } from '../../ui';
import { useMutes } from './useMutes';

/** The people who may not write, until when, and a way to let them. */
export function MutedPeople() {
  const { t, i18n } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  const mutes = useMutes();
  const clockOffsetMs = useRoom((room) => room.clockOffsetMs);
  const time = new Intl.DateTimeFormat(i18n.language, { hour: '2-digit', minute: '2-digit' });
  return (
    <section aria-label={t('chat.mutedPeople')}>
      <h3 className="text-sm font-medium text-fg-2">{t('chat.mutedPeople')}</h3>
      {mutes.length === 0 && <p className="mt-1.5 text-sm text-fg-3">{t('chat.nobodyMuted')}</p>}
      <ul>
        {mutes.map(({ participantId, name, untilMs }) => (
          <li key={participantId} className="flex min-h-12 items-center gap-3">
            <span className="min-w-0 flex-1">
              <span className="block truncate">
                <bdi>{name}</bdi>
              </span>
              <span className="block text-sm text-fg-3">
                {untilMs === null ? t('chat.mutedForGood') : t('chat.mutedUntil', { time: time.format(untilMs - clockOffsetMs) })}
              </span>
            </span>
            <Button size="sm" className="max-w-1/2 shrink-0" onClick={() => run(actions.unmuteChat(participantId))}>
              {t('chat.unmute', { name })}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
