import { Eye } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useRoom } from '../../state';
import { Clock, Pill, testIds } from '../../ui';

/** The one red thing: we are on air, and for how long. */
export function LivePill() {
  const { t } = useTranslation();
  const state = useRoom((room) => room.program?.state);
  const sinceMs = useRoom((room) => room.program?.liveSinceMs ?? null);
  const offsetMs = useRoom((room) => room.clockOffsetMs);
  if (state === 'starting') {
    return (
      <Pill role="status" className="animate-breathe" data-testid={testIds.livePill} data-state={state}>
        {sinceMs === null ? t('live.starting') : t('live.restarting')}
        {sinceMs !== null && <Clock sinceMs={sinceMs} offsetMs={offsetMs} />}
      </Pill>
    );
  }
  if (state === 'stopping') {
    return (
      <Pill role="status" data-testid={testIds.livePill} data-state={state}>
        {t('live.stopping')}
      </Pill>
    );
  }
  if (state !== 'live') return null;
  return (
    <Pill tone="live" role="status" aria-label={t('live.onAir')} data-testid={testIds.livePill} data-state={state}>
      {t('common.live')}
      {sinceMs !== null && <Clock sinceMs={sinceMs} offsetMs={offsetMs} />}
    </Pill>
  );
}

/** Counts everybody who watches: in the room, on the watch page, with a player. */
export function ViewerCount() {
  const { t, i18n } = useTranslation();
  const inRoom = useRoom((room) => Object.values(room.participants).filter((one) => !one.onStage && !one.isBackstage).length);
  const live = useRoom((room) => (room.program?.state === 'live' ? room.program.viewers : null));
  const isLive = live !== null;
  // The server's count includes the room's audience.
  const count = live ? live.total : inRoom;
  if (!isLive && count === 0) return null;
  return (
    <Pill
      icon={<Eye size={16} aria-hidden />}
      aria-label={t('room.viewers', { count })}
      title={live ? t('room.viewersAndPeak', { count, peak: live.peak }) : t('room.viewers', { count })}
      data-testid={testIds.viewers}
    >
      {new Intl.NumberFormat(i18n.language).format(count)}
    </Pill>
  );
}
