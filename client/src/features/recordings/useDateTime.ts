import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

/** Formats date and time in the reader's language. */
export function useDateTime(): (atMs: number) => string {
  const { i18n } = useTranslation();
  return useMemo(() => {
    const format = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeStyle: 'short' });
    return (atMs) => format.format(atMs);
  }, [i18n.language]);
}
