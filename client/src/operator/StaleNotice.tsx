import { useTranslation } from 'react-i18next';

/** Shows that the server does not answer, and how old the page's data is. */
export function StaleNotice({ readAtMs }: { readAtMs: number }) {
  const { t, i18n } = useTranslation();
  const time = new Intl.DateTimeFormat(i18n.language, { timeStyle: 'medium' }).format(readAtMs);
  return (
    <p role="status" className="rounded-md bg-surface-2 px-4 py-3 text-sm">
      <span className="mr-2 inline-block size-2 rounded-full bg-warn" aria-hidden />
      {t('streams.stale', { time })}
    </p>
  );
}
