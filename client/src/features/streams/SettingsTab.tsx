import type { StreamReply } from '@lianmai/protocol';
import { KeyRound, Trash2 } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../../i18n';
import { useOperatorAction, useOperatorAccess } from '../../operator';
import { Button, ConfirmDialog, testIds } from '../../ui';
import { RecordSection } from './RecordSection';
import { SourceSection } from './SourceSection';

/** Source, recording, and the irreversible actions, which ask once. */
export function SettingsTab({ stream, onRemoved }: { stream: StreamReply; onRemoved: () => void }) {
  const { t } = useTranslation();
  const { session, refresh } = useOperatorAccess();
  const { isBusy, error, run } = useOperatorAction();
  const [asking, setAsking] = useState<'rotate' | 'remove' | null>(null);
  const [hasRotated, setRotated] = useState(false);
  const close = () => setAsking(null);
  const rotate = async () => {
    if (await run(() => session.rotateKey(stream.id))) setRotated(true);
    refresh();
    close();
  };
  const remove = async () => {
    const isGone = await run(() => session.remove(stream.id));
    refresh();
    close();
    if (isGone) onRemoved();
  };
  return (
    <div className="flex flex-col gap-2 px-2">
      <SourceSection stream={stream} />
      <RecordSection stream={stream} />
      <Action title={t('streams.settings.rotate')} text={hasRotated ? t('streams.settings.rotated') : t('streams.settings.rotateText')}>
        <Button icon={<KeyRound size={18} aria-hidden />} onClick={() => setAsking('rotate')} data-testid={testIds.rotateKey}>
          {t('streams.settings.rotateConfirm')}
        </Button>
      </Action>
      <Action title={t('streams.settings.remove')} text={t('streams.settings.removeText')}>
        <Button icon={<Trash2 size={18} aria-hidden />} onClick={() => setAsking('remove')} data-testid={testIds.removeStream}>
          {t('streams.settings.removeConfirm')}
        </Button>
      </Action>
      {error !== null && (
        <p role="alert" className="text-sm text-bad">
          {errorText(t, error)}
        </p>
      )}
      <ConfirmDialog
        isOpen={asking === 'rotate'}
        onClose={close}
        onConfirm={() => void rotate()}
        isBusy={isBusy}
        title={t('streams.settings.rotateTitle')}
        description={t('streams.settings.rotateText')}
        confirmLabel={t('streams.settings.rotateConfirm')}
        cancelLabel={t('common.cancel')}
        confirmTestId={testIds.confirmRotate}
      />
      <ConfirmDialog
        isOpen={asking === 'remove'}
        onClose={close}
        onConfirm={() => void remove()}
        isBusy={isBusy}
        title={t('streams.settings.removeTitle', { name: stream.title })}
        description={t('streams.settings.removeText')}
        confirmLabel={t('streams.settings.removeConfirm')}
        cancelLabel={t('common.cancel')}
        confirmTestId={testIds.confirmRemove}
      />
    </div>
  );
}

const Action = ({ title, text, children }: { title: string; text: string; children: ReactNode }) => (
  <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 rounded-lg bg-surface-2 p-4">
    <div className="min-w-0 flex-1 basis-56">
      <h3 className="text-base font-semibold">{title}</h3>
      <p className="text-fg-2">{text}</p>
    </div>
    <span className="*:bg-surface-3">{children}</span>
  </div>
);
