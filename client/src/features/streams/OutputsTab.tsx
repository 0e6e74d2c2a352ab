import type { OutputInfo, StreamReply } from '@lianmai/protocol';
import { Share } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../../i18n';
import { useOperatorAction, useOperatorAccess } from '../../operator';
import { OutputRow } from '../../outputs';
import { ConfirmDialog, EmptyState, testIds } from '../../ui';
import { AddOutputForm } from './AddOutputForm';

/** The outputs that the stream is pushed to while it is live, and how they are doing. */
export function OutputsTab({ stream }: { stream: StreamReply }) {
  const { t } = useTranslation();
  const { session, refresh } = useOperatorAccess();
  const { isBusy, error, run } = useOperatorAction();
  const [removing, setRemoving] = useState<OutputInfo | null>(null);
  const remove = async ({ id }: OutputInfo) => {
    await run(() => session.removeOutput(stream.id, id));
    refresh();
    setRemoving(null);
  };
  return (
    <div className="flex flex-col gap-4 px-2">
      <AddOutputForm stream={stream} />
      {error !== null && (
        <p role="alert" className="text-sm text-bad">
          {errorText(t, error)}
        </p>
      )}
      {stream.outputs.length === 0 ? (
        <EmptyState icon={<Share size={28} aria-hidden />} title={t('streams.outputs.none')}>
          {t('streams.outputs.noneText')}
        </EmptyState>
      ) : (
        <ul className="flex flex-col gap-2">
          {stream.outputs.map((output) => (
            <OutputRow key={output.id} output={output} isBusy={isBusy} onRemove={() => setRemoving(output)} />
          ))}
        </ul>
      )}
      <ConfirmDialog
        isOpen={removing !== null}
        onClose={() => setRemoving(null)}
        onConfirm={() => removing && void remove(removing)}
        isBusy={isBusy}
        title={t('streams.outputs.removeTitle')}
        description={t('streams.outputs.removeText', { url: removing?.url ?? '' })}
        confirmLabel={t('streams.outputs.removeConfirm')}
        cancelLabel={t('common.cancel')}
        confirmTestId={testIds.confirmRemove}
      />
    </div>
  );
}
