import { Plus, Radio } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useActions, useRunWithToast } from '../../bindings';
import { errorText } from '../../i18n';
import { OutputRow } from '../../outputs';
import { isRestarting, useRoom } from '../../state';
import { Button, CopyField, Dialog, EmptyState, Pill, testIds } from '../../ui';
import { isBlank, noDestination, problemOf, rtmpOutputRequest, type Destination } from './destination';
import { DestinationFields } from './DestinationFields';
import { isOnAir } from './programDraft';

/** The program's destinations, and how each output is doing. */
export function OutputsPanel({ watchLink }: { watchLink: string }) {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  const program = useRoom((room) => room.program);
  const clockOffsetMs = useRoom((room) => room.clockOffsetMs);
  const [isAdding, setAdding] = useState(false);
  const onAir = isOnAir(program?.state);
  return (
    <div className="flex h-full flex-col gap-4 overflow-y-auto p-4">
      <section className="flex flex-col gap-2">
        <div className="flex items-center justify-between">
          <h3 className="font-semibold">{t('outputs.watchPage')}</h3>
          {program?.state === 'live' && <Pill>{t('outputs.viewers', { count: program.viewers.total })}</Pill>}
        </div>
        <CopyField
          label={t('invite.watchLink')}
          value={watchLink}
          copyLabel={t('common.copy')}
          copiedLabel={t('common.copied')}
          data-testid={testIds.watchLink}
        />
      </section>
      <section className="flex min-h-0 flex-1 flex-col gap-2" aria-label={t('outputs.destinations')}>
        <div className="flex items-center justify-between">
          <h3 className="font-semibold">{t('outputs.destinations')}</h3>
          {onAir && (
            <Button size="sm" icon={<Plus size={18} aria-hidden />} onClick={() => setAdding(true)} data-testid={testIds.addOutput}>
              {t('outputs.add')}
            </Button>
          )}
        </div>
        {program && program.outputs.length > 0 && (
          <ul className="flex flex-col gap-2">
            {program.outputs.map((output) => (
              <OutputRow
                key={output.id}
                output={output}
                clockOffsetMs={clockOffsetMs}
                isReconnecting={isRestarting(program)}
                onRetry={onAir ? () => run(actions.retryOutput(output.id)) : undefined}
                onRemove={onAir ? () => run(actions.removeOutput(output.id)) : undefined}
              />
            ))}
          </ul>
        )}
        {!onAir && (!program || program.outputs.length === 0) && (
          <EmptyState icon={<Radio size={28} aria-hidden />} title={t('outputs.notLive')}>
            {t('outputs.notLiveText')}
          </EmptyState>
        )}
        {onAir && program?.outputs.length === 0 && <p className="text-fg-3">{t('outputs.onlyWatchPage')}</p>}
      </section>
      {isAdding && <AddOutputDialog onClose={() => setAdding(false)} />}
    </div>
  );
}

function AddOutputDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const actions = useActions();
  const [destination, setDestination] = useState<Destination>(noDestination);
  const [isChecked, setChecked] = useState(false);
  const [isAdding, setAdding] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const add = async () => {
    setChecked(true);
    if (isBlank(destination) || problemOf(destination)) return;
    setAdding(true);
    setError(null);
    try {
      await actions.addOutput(rtmpOutputRequest(destination));
      onClose();
    } catch (thrown) {
      setError(thrown);
      setAdding(false);
    }
  };
  return (
    <Dialog
      isOpen
      isSticky
      onClose={onClose}
      title={t('outputs.addTitle')}
      description={t('outputs.addText')}
      closeLabel={t('common.cancel')}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button
            variant="primary"
            isBusy={isAdding}
            disabled={isBlank(destination)}
            onClick={() => void add()}
            data-testid={testIds.confirmOutput}
          >
            {t('outputs.addConfirm')}
          </Button>
        </>
      }
    >
      <DestinationFields value={destination} onChange={setDestination} isChecked={isChecked} />
      {error != null && (
        <p role="alert" className="mt-4 rounded-md bg-surface-2 px-4 py-3 text-base">
          {errorText(t, error)}
        </p>
      )}
    </Dialog>
  );
}
