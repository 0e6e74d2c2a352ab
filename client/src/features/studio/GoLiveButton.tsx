import { Radio, Square } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useActions, useRunWithToast } from '../../bindings';
import { useRoom } from '../../state';
import { Button, ConfirmDialog, testIds } from '../../ui';
import { GoLiveDialog } from './GoLiveDialog';

/** At the upper right of the studio: go live, or end the program. Both ask once. */
export function GoLiveButton() {
  const { t } = useTranslation();
  const state = useRoom((room) => room.program?.state);
  const [isOpen, setOpen] = useState(false);
  const isOn = state === 'live' || state === 'starting';
  return (
    <>
      {isOn ? (
        <EndLive />
      ) : (
        <Button
          variant="primary"
          size="sm"
          isBusy={state === 'stopping'}
          icon={<Radio size={18} aria-hidden />}
          onClick={() => setOpen(true)}
          data-testid={testIds.goLive}
        >
          {t('live.goLive')}
        </Button>
      )}
      {/* Stays open while the program starts. If that fails, the reason appears here and nothing has to be typed again. */}
      {isOpen && <GoLiveDialog onClose={() => setOpen(false)} />}
    </>
  );
}

function EndLive() {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  const [isAsking, setAsking] = useState(false);
  const [isEnding, setEnding] = useState(false);
  const end = () => {
    setEnding(true);
    run(actions.stopLive().finally(() => setEnding(false)));
    setAsking(false);
  };
  return (
    <>
      <Button
        size="sm"
        isBusy={isEnding}
        icon={<Square size={16} aria-hidden />}
        onClick={() => setAsking(true)}
        data-testid={testIds.endLive}
      >
        {t('live.end')}
      </Button>
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={end}
        title={t('live.endTitle')}
        description={t('live.endText')}
        confirmLabel={t('live.endConfirm')}
        cancelLabel={t('live.stayOn')}
        variant="live"
        confirmTestId={testIds.confirmEnd}
      />
    </>
  );
}
