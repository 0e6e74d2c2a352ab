import { Plus, RadioTower } from 'lucide-react';
import { useCallback, useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../../i18n';
import { OperatorPage, OperatorProvider, StaleNotice, usePolled } from '../../operator';
import type { OperatorSession } from '../../session';
import { Button, EmptyState, Explanation, LostIllustration, TableSkeleton, testIds } from '../../ui';
import { CreateStreamDialog } from './CreateStreamDialog';
import { StreamDialog } from './StreamDialog';
import { StreamTable } from './StreamTable';

/** Often enough for figures that are measured once a second. */
const READ_EVERY_MS = 2000;

export function Streams({ corner }: { corner: ReactNode }) {
  const { t } = useTranslation();
  return (
    <OperatorPage page="streams" title={t('streams.title')} subtitle={t('streams.subtitle')} corner={corner}>
      {(session, noticeError) => <List session={session} noticeError={noticeError} />}
    </OperatorPage>
  );
}

function List({ session, noticeError }: { session: OperatorSession; noticeError: (error: unknown) => void }) {
  const { t } = useTranslation();
  const { value, error, readAtMs, refresh } = usePolled(session.list, READ_EVERY_MS, noticeError);
  const [isCreating, setCreating] = useState(false);
  const [openId, setOpenId] = useState<string | null>(null);
  const open = value?.streams.find(({ id }) => id === openId) ?? null;
  const access = useMemo(() => ({ session, noticeError, refresh }), [session, noticeError, refresh]);
  const close = useCallback(() => setOpenId(null), []);
  const create = (
    <Button variant="primary" icon={<Plus size={18} aria-hidden />} onClick={() => setCreating(true)} data-testid={testIds.createStream}>
      {t('streams.create.action')}
    </Button>
  );
  return (
    <OperatorProvider value={access}>
      {value === null && error === null && <TableSkeleton />}
      {value === null && error !== null && (
        <Explanation
          className="m-auto"
          illustration={<LostIllustration />}
          title={t('streams.failed')}
          text={errorText(t, error)}
          actions={<Button onClick={refresh}>{t('common.tryAgain')}</Button>}
        />
      )}
      {value !== null && (
        <>
          {error !== null && <StaleNotice readAtMs={readAtMs} />}
          {value.streams.length === 0 && value.others.length === 0 ? (
            <div className="flex flex-1 flex-col items-center justify-center gap-4 pb-24">
              <div>
                <EmptyState icon={<RadioTower size={32} aria-hidden />} title={t('streams.empty')}>
                  {t('streams.emptyText')}
                </EmptyState>
              </div>
              {create}
            </div>
          ) : (
            <>
              <div className="flex">{create}</div>
              <StreamTable streams={value.streams} others={value.others} onOpen={setOpenId} />
            </>
          )}
        </>
      )}
      <CreateStreamDialog isOpen={isCreating} onClose={() => setCreating(false)} onCreated={setOpenId} />
      {open && <StreamDialog key={open.id} stream={open} onClose={close} />}
    </OperatorProvider>
  );
}
