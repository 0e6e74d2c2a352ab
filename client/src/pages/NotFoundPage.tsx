import { useTranslation } from 'react-i18next';
import { Button, Explain, NoDevicePicture } from '../ui';
import { navigate } from './router';

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <main className="flex min-h-full items-center justify-center p-6">
      <Explain
        size="lg"
        picture={<NoDevicePicture />}
        title={t('notFound.title')}
        text={t('notFound.text')}
        actions={
          <Button look="primary" onClick={() => navigate('/')}>
            {t('notFound.action')}
          </Button>
        }
      />
    </main>
  );
}
