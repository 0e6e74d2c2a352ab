import { Plus, Radio } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useActions } from '../../bindings';
import { errorText } from '../../i18n';
import { Button, Dialog, testIds } from '../../ui';
import { isBlank, noDestination, problemOf, rtmpOutputRequest, type Destination } from './destination';
import { DestinationFields } from './DestinationFields';
import { draftedScene, useProfile } from './programDraft';
import { ProfileFields } from './ProfileFields';

const MAX_DESTINATIONS = 16;

/** Asks what to send and where, before going live. The watch page is always one of the destinations. */
export function GoLiveDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const actions = useActions();
  const { chosen } = useProfile();
  const [destinations, setDestinations] = useState<Destination[]>(() => [noDestination()]);
  const [isChecked, setChecked] = useState(false);
  const [isStarting, setStarting] = useState(false);
  const [error, setError] = useState<unknown>(null);

  const start = async () => {
    setChecked(true);
    if (destinations.some((one) => problemOf(one))) return;
    setStarting(true);
    setError(null);
    try {
      const outputs = destinations.filter((one) => !isBlank(one)).map(rtmpOutputRequest);
      await actions.startLive({ profile: chosen, scene: draftedScene(), outputs });
      onClose();
    } catch (thrown) {
      setError(thrown);
      setStarting(false);
    }
  };
  const change = (index: number, next: Destination | null) =>
    setDestinations((all) => all.flatMap((one, at) => (at === index ? (next ? [next] : []) : [one])));

  return (
    <Dialog
      isOpen
      isSticky
      onClose={onClose}
      title={t('live.dialogTitle')}
      description={t('live.dialogText')}
      closeLabel={t('common.cancel')}
      width="lg"
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button
            variant="primary"
            isBusy={isStarting}
            icon={<Radio size={18} aria-hidden />}
            onClick={() => void start()}
            data-testid={testIds.confirmLive}
          >
            {isStarting ? t('live.starting') : t('live.confirm')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-6">
        <ProfileFields />
        <section className="flex flex-col gap-4">
          <div>
            <h3 className="text-base font-semibold">{t('outputs.destinations')}</h3>
            <p className="text-fg-2">{t('outputs.destinationsText')}</p>
          </div>
          {destinations.map((destination, index) => (
            <div key={index} className="rounded-lg border border-line p-4">
              <DestinationFields
                value={destination}
                onChange={(next) => change(index, next)}
                isChecked={isChecked}
                onRemove={destinations.length > 1 ? () => change(index, null) : undefined}
              />
            </div>
          ))}
          {destinations.length < MAX_DESTINATIONS && (
            <Button
              size="sm"
              variant="ghost"
              className="self-start"
              icon={<Plus size={18} aria-hidden />}
              onClick={() => setDestinations((all) => [...all, noDestination()])}
            >
              {t('outputs.another')}
            </Button>
          )}
        </section>
        {error != null && (
          <p role="alert" className="rounded-md bg-surface-2 px-4 py-3 text-base">
            {errorText(t, error)}
          </p>
        )}
      </div>
    </Dialog>
  );
}
