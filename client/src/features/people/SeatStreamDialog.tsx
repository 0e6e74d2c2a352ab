import { hasFreeSeat, LianmaiError, streamKey } from '@lianmai/protocol';
import { ExternalLink, RadioTower } from 'lucide-react';
import { useState } from 'react';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { useActions } from '../../bindings';
import { errorText } from '../../i18n';
import { useRoom } from '../../state';
import { Button, Dialog, EmptyState, StreamMark, testIds } from '../../ui';
import { useSeatableStreams, type SeatableStream } from './useSeatableStreams';

/** Lists all live streams. One click seats a stream like a guest. */
export function SeatStreamDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const actions = useActions();
  const { streams, error, askAgain } = useSeatableStreams();
  const [seating, setSeating] = useState<string | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const isFull = useRoom((room) => (room.stage ? !hasFreeSeat(room.stage) : false));
  const seated = useRoom((room) => room.participants);
  const seatedStreams = new Set(Object.values(seated).flatMap(({ stream, onStage }) => (stream && onStage ? [streamKey(stream)] : [])));
  const seat = async (stream: SeatableStream) => {
    setSeating(streamKey(stream));
    setProblem(null);
    try {
      await actions.seatStream(stream);
      onClose();
    } catch (thrown) {
      setProblem(thrown);
      askAgain();
    }
    setSeating(null);
  };
  return (
    <Dialog isOpen onClose={onClose} title={t('seatStream.title')} description={t('seatStream.text')} closeLabel={t('common.close')}>
      <div className="min-h-44" aria-live="polite" aria-busy={streams === null && error === null}>
        {problem !== null && (
          <p role="alert" className="mb-3 rounded-md bg-surface-2 px-4 py-3 text-base">
            {problemText(t, problem)}
          </p>
        )}
        {streams === null && error === null && <StreamsSkeleton />}
        {streams === null && error !== null && (
          <div className="flex flex-col items-start gap-3">
            <p role="alert" className="text-base">
              {errorText(t, error)}
            </p>
            <Button size="sm" onClick={askAgain}>
              {t('common.tryAgain')}
            </Button>
          </div>
        )}
        {streams?.length === 0 && <None />}
        {streams !== null && streams.length > 0 && isFull && problem === null && (
          <p className="pb-3 text-fg-2">{t('seatStream.problem.STAGE_FULL')}</p>
        )}
        <ul className="-mx-2">
          {streams?.map((stream) => (
            <Option
              key={streamKey(stream)}
              stream={stream}
              isSeated={seatedStreams.has(streamKey(stream))}
              isBusy={seating === streamKey(stream)}
              isDisabled={seating !== null || isFull}
              onSeat={() => void seat(stream)}
            />
          ))}
        </ul>
      </div>
    </Dialog>
  );
}

const EXPLAINED_CODES = ['STAGE_FULL', 'NOT_FOUND', 'FORBIDDEN'] as const;

function problemText(t: TFunction, error: unknown): string {
  const code = EXPLAINED_CODES.find((one) => error instanceof LianmaiError && error.code === one);
  return code ? t(`seatStream.problem.${code}`) : errorText(t, error);
}

interface OptionProps {
  stream: SeatableStream;
  isSeated: boolean;
  isBusy: boolean;
  isDisabled: boolean;
  onSeat: () => void;
}

function Option({ stream, isSeated, isBusy, isDisabled, onSeat }: OptionProps) {
  const { t } = useTranslation();
  return (
    <li className="flex min-h-14 items-center gap-3 px-2" data-testid={testIds.seatStreamOption} data-stream={streamKey(stream)}>
      <StreamMark label={t('people.stream')} />
      <span className="min-w-0 flex-1">
        <span className="block truncate text-base font-medium">
          <bdi>{stream.title}</bdi>
        </span>
        <span className="block truncate text-sm text-fg-3">{streamKey(stream)}</span>
      </span>
      {isSeated ? (
        <span className="shrink-0 px-2 text-sm text-fg-2">{t('seatStream.isSeated')}</span>
      ) : (
        <Button
          size="sm"
          isBusy={isBusy}
          disabled={isDisabled}
          onClick={onSeat}
          aria-label={t('seatStream.seatName', { name: stream.title })}
          className="shrink-0"
        >
          {t('seatStream.seat')}
        </Button>
      )}
    </li>
  );
}

const StreamsSkeleton = () => (
  <div aria-hidden className="animate-breathe flex flex-col gap-2">
    {[0, 1].map((row) => (
      <div key={row} className="flex min-h-14 items-center gap-3">
        <span className="size-8 rounded-full bg-surface-3" />
        <span className="h-4 w-40 rounded-sm bg-surface-2" />
      </div>
    ))}
  </div>
);

function None() {
  const { t } = useTranslation();
  return (
    <div className="flex flex-col items-center gap-2">
      <EmptyState icon={<RadioTower size={28} aria-hidden />} title={t('seatStream.none')}>
        {t('seatStream.noneText')}
      </EmptyState>
      <a
        href="/streams"
        target="_blank"
        rel="noreferrer"
        className="target inline-flex items-center gap-2 rounded-md bg-surface-2 px-3 text-sm font-medium transition-colors hover:bg-surface-3"
      >
        <ExternalLink size={18} aria-hidden />
        {t('seatStream.toStreams')}
      </a>
    </div>
  );
}
