import { LoaderCircle } from 'lucide-react';
import { useTranslation } from 'react-i18next';

export function JoiningScreen() {
  const { t } = useTranslation();
  return (
    <main role="status" className="flex h-full flex-col items-center justify-center gap-3 bg-bg text-base text-fg-2">
      <LoaderCircle size={32} className="animate-spin" aria-hidden />
      {t('room.joining')}
    </main>
  );
}
