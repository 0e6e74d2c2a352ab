import { LianmaiError, MAX_STAGE_TEXT, type ParticipantInfo, type SeatNumber } from '@lianmai/protocol';
import type { TFunction } from 'i18next';
import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useShallow } from 'zustand/react/shallow';
import { freeSeats, useActions } from '../../bindings';
import { errorText } from '../../i18n';
import { useRoom } from '../../state';
import { Button, Chips, Dialog, testIds, TextField } from '../../ui';
import { PreviewChoice } from './PreviewChoice';
import { usePreview } from './usePreview';

const ANY = 'any';

export default function AskForm({ self, onClose }: { self: ParticipantInfo; onClose: () => void }) {
  const { t } = useTranslation();
  const actions = useActions();
  const request = useRoom((room) => room.stage?.requests.find(({ participantId }) => participantId === self.id));
  const [message, setMessage] = useState(request?.message ?? '');
  const [seat, setSeat] = useState<SeatNumber | null>(request?.seat ?? null);
  const preview = usePreview(request?.soundOnly ?? false);
  const isAtOnce = self.isModerator && !request;
  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault();
    const wish = { message, seat, soundOnly: preview.isSoundOnly };
    // A viewer may wait for minutes, so the devices close meanwhile.
    if (await preview.run(() => actions.requestStage(wish), { keepOpen: isAtOnce })) onClose();
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t(request ? 'comeUp.changeTitle' : isAtOnce ? 'comeUp.comeUp' : 'comeUp.title')}
      description={t(isAtOnce ? 'comeUp.atOnceText' : 'comeUp.text')}
      closeLabel={t('common.close')}
      isSticky
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button variant="primary" type="submit" form="ask" isBusy={preview.isBusy} data-testid={testIds.sendRequest}>
            {t(request ? 'comeUp.save' : isAtOnce ? 'comeUp.comeUp' : 'comeUp.send')}
          </Button>
        </>
      }
    >
      <form id="ask" onSubmit={(event) => void onSubmit(event)} className="flex flex-col gap-4">
        <PreviewChoice preview={preview} name={self.name} />
        {!isAtOnce && (
          <TextField
            label={t('comeUp.message')}
            placeholder={t('comeUp.messagePlaceholder')}
            value={message}
            maxLength={MAX_STAGE_TEXT}
            dir="auto"
            enterKeyHint="send"
            onChange={(event) => setMessage(event.target.value)}
            data-testid={testIds.requestMessage}
          />
        )}
        <SeatChoice value={seat} onChange={setSeat} />
        {preview.error != null && (
          <p role="alert" className="rounded-md bg-surface-2 px-4 py-3 text-base">
            {problemText(t, preview.error)}
          </p>
        )}
      </form>
    </Dialog>
  );
}

function problemText(t: TFunction, error: unknown): string {
  const isForFollowers = error instanceof LianmaiError && error.details?.['requestsFrom'] === 'followers';
  return isForFollowers ? t('comeUp.followersOnly') : errorText(t, error);
}

/** Free seats, and any. A wished seat that is gone by now stays chosen: the server then gives another. */
function SeatChoice({ value, onChange }: { value: SeatNumber | null; onChange: (seat: SeatNumber | null) => void }) {
  const { t } = useTranslation();
  const free = useRoom(useShallow(({ stage }) => (stage ? freeSeats(stage) : [])));
  if (free.length === 0) return <p className="text-sm text-fg-2">{t('comeUp.noFreeSeat')}</p>;
  const numbers = value === null || free.includes(value) ? free : [...free, value].sort((a, b) => a - b);
  const options = numbers.map((seat) => ({ value: String(seat), label: String(seat), name: t('seats.seat', { seat }) }));
  return (
    <Chips
      label={t('comeUp.seat')}
      value={value === null ? ANY : String(value)}
      options={[{ value: ANY, label: t('comeUp.anySeat') }, ...options]}
      onChange={(chosen) => onChange(chosen === ANY ? null : Number(chosen))}
      data-testid={testIds.wishedSeat}
    />
  );
}
