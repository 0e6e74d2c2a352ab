import { Component, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, Explain, LostPicture } from '../ui';

/** The last resort: something threw while drawing. The session lives on, and a reload keeps the seat. */
export class Crash extends Component<{ children: ReactNode }, { hasCrashed: boolean }> {
  override state = { hasCrashed: false };

  static getDerivedStateFromError(): { hasCrashed: boolean } {
    return { hasCrashed: true };
  }

  override render(): ReactNode {
    return this.state.hasCrashed ? <CrashScreen /> : this.props.children;
  }
}

function CrashScreen() {
  const { t } = useTranslation();
  return (
    <main role="alert" className="flex min-h-full items-center justify-center p-6">
      <Explain
        size="lg"
        picture={<LostPicture />}
        title={t('crash.title')}
        text={t('crash.text')}
        actions={
          <Button look="primary" onClick={() => location.reload()}>
            {t('crash.action')}
          </Button>
        }
      />
    </main>
  );
}
