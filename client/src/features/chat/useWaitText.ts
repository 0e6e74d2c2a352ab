import { useTranslation } from 'react-i18next';

/** Words a waiting time: 30 s, 2 min. */
export function useWaitText(): (ms: number) => string {
  const { t } = useTranslation();
  return (ms) => (ms % 60_000 === 0 ? t('chat.minutes', { value: ms / 60_000 }) : t('chat.seconds', { value: ms / 1000 }));
}
