import { useTranslation } from 'react-i18next';
import { placeInLine, useActions, useRunWithToast } from '../../bindings';
import { useRoom } from '../../state';
import { Button, Countdown, testIds } from '../../ui';

/** Tells somebody who has asked where they are in line, and how long their request lasts. */
export function RequestLine({ onChange }: { onChange: () => void }) {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  const place = useRoom(({ stage, selfId }) => stage && placeInLine(stage, selfId));
  const untilMs = useRoom(({ stage, selfId }) => stage?.requests.find((one) => one.participantId === selfId)?.expiresAtMs ?? null);
  const offsetMs = useRoom((room) => room.clockOffsetMs);
  if (place === null) return null;
  const withdraw = () => {
    actions.prepare({ camera: false, microphone: false });
    run(actions.cancelStageRequest());
  };
  return (
    <section
      role="status"
      className="animate-fade flex shrink-0 flex-wrap items-center gap-x-4 gap-y-1 rounded-lg bg-surface-1 py-2 pr-2 pl-4"
      data-testid={testIds.requestLine}
      data-place={place}
    >
      <p className="flex-auto text-base whitespace-nowrap">
        {place === 1 ? t('comeUp.next') : t('comeUp.place', { count: place, ordinal: true })}
        {untilMs !== null && (
          <span className="ml-3 text-sm text-fg-2">
            {t('comeUp.timeLeft')} <Countdown untilMs={untilMs} offsetMs={offsetMs} />
          </span>
        )}
      </p>
      <div className="flex gap-2">
        <Button size="sm" onClick={onChange} data-testid={testIds.changeRequest}>
          {t('comeUp.change')}
        </Button>
        <Button size="sm" onClick={withdraw} data-testid={testIds.cancelRequest}>
          {t('comeUp.withdraw')}
        </Button>
      </div>
    </section>
  );
}
