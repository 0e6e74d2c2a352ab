import { Component, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, Explanation, LostIllustration } from '../ui';

/** The last resort when rendering throws. The room's connection lives on, and a reload keeps the seat. */
export class CrashBoundary extends Component<{ children: ReactNode }, { hasCrashed: boolean }> {
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
      <Explanation
        size="lg"
        illustration={<LostIllustration />}
        title={t('crash.title')}
        text={t('crash.text')}
        actions={
          <Button variant="primary" onClick={() => location.reload()}>
            {t('crash.action')}
          </Button>
        }
      />
    </main>
  );
}
