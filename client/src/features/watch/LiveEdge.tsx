import { useTranslation } from 'react-i18next';
import type { PlayerSnapshot } from '../../player';
import { cx, formatSeconds, testIds } from '../../ui';

/** At the live edge, a red dot. Behind it, the delay, and a click that jumps there. */
export function LiveEdge({ snapshot, onClick }: { snapshot: PlayerSnapshot; onClick: () => void }) {
  const { t, i18n } = useTranslation();
  const isAtEdge = snapshot.isAtLiveEdge && !snapshot.isPaused;
  const { latencySeconds } = snapshot;
  const delay = latencySeconds === null ? null : formatSeconds(i18n.language, latencySeconds);
  return (
    <button
      type="button"
      onClick={onClick}
      aria-label={isAtEdge ? t('watch.atEdge') : t('watch.toEdge')}
      title={delay === null ? undefined : t('watch.behind', { seconds: delay })}
      data-testid={testIds.liveEdge}
      data-latency={latencySeconds ?? ''}
      className="target tabular flex items-center gap-2 rounded-md px-2 text-sm font-medium whitespace-nowrap hover:bg-white/20"
    >
      <span className={cx('size-2.5 shrink-0 rounded-full', isAtEdge ? 'bg-live' : 'bg-white/50')} aria-hidden />
      {isAtEdge ? t('common.live') : t('watch.toEdge')}
      {delay !== null && <span className="font-normal text-white/80">−{delay} s</span>}
    </button>
  );
}
