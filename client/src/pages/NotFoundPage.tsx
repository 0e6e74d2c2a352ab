import { useTranslation } from 'react-i18next';
import { Button, Explanation, NoDeviceIllustration } from '../ui';
import { navigate } from './router';

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <main className="flex min-h-full items-center justify-center p-6">
      <Explanation
        size="lg"
        illustration={<NoDeviceIllustration />}
        title={t('notFound.title')}
        text={t('notFound.text')}
        actions={
          <Button variant="primary" onClick={() => navigate('/')}>
            {t('notFound.action')}
          </Button>
        }
      />
    </main>
  );
}
