import type { StreamRef } from '@lianmai/protocol';
import { Film } from 'lucide-react';
import { useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../../i18n';
import { OperatorPage, OperatorProvider, StaleNotice } from '../../operator';
import type { OperatorSession } from '../../session';
import { Button, EmptyState, Explanation, LostIllustration, TableSkeleton, testIds } from '../../ui';
import type { RecordingItem } from './catalogue';
import { PlayRecordingDialog } from './PlayRecordingDialog';
import { RecordingTable } from './RecordingTable';
import { RemoveRecordingDialog } from './RemoveRecordingDialog';
import { StreamFilter } from './StreamFilter';
import { useRecordings } from './useRecordings';

export function Recordings({ corner }: { corner: ReactNode }) {
  const { t } = useTranslation();
  return (
    <OperatorPage page="recordings" title={t('recordings.title')} subtitle={t('recordings.subtitle')} corner={corner}>
      {(session, noticeError) => <Content session={session} noticeError={noticeError} />}
    </OperatorPage>
  );
}

/** `?stream=live/cam` when opened from that stream's page. */
const fromAddress = (): string => new URLSearchParams(location.search).get('stream') ?? '';

function Content({ session, noticeError }: { session: OperatorSession; noticeError: (error: unknown) => void }) {
  const [stream, setStream] = useState(fromAddress);
  const [app, name] = stream.split('/');
  const filter = useMemo(() => (app && name ? { app, name } : null), [app, name]);
  const access = useMemo(() => ({ session, noticeError, refresh: () => undefined }), [session, noticeError]);
  const choose = (next: string) => {
    setStream(next);
    history.replaceState(null, '', next ? `?stream=${next}` : location.pathname);
  };
  return (
    <OperatorProvider value={access}>
      <StreamFilter value={stream} onChange={choose} />
      <List key={stream} filter={filter} />
    </OperatorProvider>
  );
}

function List({ filter }: { filter: StreamRef | null }) {
  const { t } = useTranslation();
  const { recordings, error, readAtMs, refresh, forget, ...older } = useRecordings(filter);
  const [playing, setPlaying] = useState<RecordingItem | null>(null);
  const [removing, setRemoving] = useState<RecordingItem | null>(null);
  if (recordings === null) return error === null ? <TableSkeleton /> : <Failed error={error} onRetry={refresh} />;
  const current = playing && (recordings.find(({ id }) => id === playing.id) ?? playing);
  return (
    <>
      {error !== null && <StaleNotice readAtMs={readAtMs} />}
      {recordings.length === 0 ? (
        <None isFiltered={filter !== null} />
      ) : (
        <RecordingTable recordings={recordings} onPlay={setPlaying} onRemove={setRemoving} />
      )}
      {older.olderError !== null && (
        <p role="alert" className="text-sm text-bad">
          {errorText(t, older.olderError)}
        </p>
      )}
      {older.hasOlder && (
        <div className="flex justify-center">
          <Button isBusy={older.isReading} onClick={() => void older.readOlder()} data-testid={testIds.recordingsOlder}>
            {t('recordings.older')}
          </Button>
        </div>
      )}
      {current && <PlayRecordingDialog recording={current} onClose={() => setPlaying(null)} />}
      {removing && <RemoveRecordingDialog recording={removing} onRemoved={forget} onClose={() => setRemoving(null)} />}
    </>
  );
}

function None({ isFiltered }: { isFiltered: boolean }) {
  const { t } = useTranslation();
  return (
    <div className="m-auto pb-24">
      <EmptyState icon={<Film size={32} aria-hidden />} title={isFiltered ? t('recordings.emptyFiltered') : t('recordings.empty')}>
        {t('recordings.emptyText')}
      </EmptyState>
    </div>
  );
}

function Failed({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { t } = useTranslation();
  const isAway = error instanceof Error && 'code' in error && error.code === 'BRIDGE_UNAVAILABLE';
  return (
    <Explanation
      className="m-auto"
      illustration={<LostIllustration />}
      title={t('recordings.failed')}
      text={isAway ? t('recordings.failedBridge') : errorText(t, error)}
      actions={<Button onClick={onRetry}>{t('common.tryAgain')}</Button>}
    />
  );
}
