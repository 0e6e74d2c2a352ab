import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

interface NextRetryProps {
  atMs: number;
  /** Server clock minus page clock. */
  clockOffsetMs?: number;
  retries: number;
}

/** How often the output was retried, and the seconds until the next retry. */
export function NextRetry({ atMs, clockOffsetMs = 0, retries }: NextRetryProps) {
  const { t } = useTranslation();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.ceil((atMs - now - clockOffsetMs) / 1000);
  const count = t('outputs.retries', { count: retries });
  return seconds > 0 ? `${count} · ${t('outputs.nextRetry', { seconds })}` : count;
}
