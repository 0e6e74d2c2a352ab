import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAudience } from '../../state';
import { formatDuration } from '../../ui';

/** Counts down to a moment of the server's clock. null: there is no limit, and nothing is shown. */
export function TimeLeft({ untilMs }: { untilMs: number | null }) {
  const { t } = useTranslation();
  const offsetMs = useAudience((state) => state.clockOffsetMs);
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  if (untilMs === null) return null;
  return (
    <span className="tabular whitespace-nowrap" aria-live="off">
      {t('audience.timeLeft', { time: formatDuration(untilMs - offsetMs - now) })}
    </span>
  );
}
