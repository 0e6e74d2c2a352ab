import { LogOut, Plus, RadioTower } from 'lucide-react';
import { useCallback, useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../../i18n';
import type { OperatorSession } from '../../session';
import { Button, Empty, Explain, LostPicture, testIds } from '../../ui';
import { CreateDialog } from './CreateDialog';
import { SignIn } from './SignIn';
import { StreamDialog } from './StreamDialog';
import { StreamTable, TableWait } from './StreamTable';
import { usePolled } from './useAsk';
import { StreamsProvider, useOperator } from './useOperator';

/** Often enough for figures that are measured once a second. */
const READ_EVERY_MS = 2000;

export function Streams({ corner }: { corner: ReactNode }) {
  const { t } = useTranslation();
  const operator = useOperator();
  const { session } = operator;
  return (
    <main className="mx-auto flex min-h-full w-full max-w-6xl flex-col gap-6 px-4 py-6 sm:px-6">
      <header className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <div className="min-w-0">
          <h1 className="text-xl font-semibold">{t('streams.title')}</h1>
          <p className="mt-1 text-base text-fg-2">{t('streams.subtitle')}</p>
        </div>
        <div className="-mr-3 flex items-center gap-1 max-sm:-ml-3">
          {session && (
            <Button size="sm" look="ghost" icon={<LogOut size={18} aria-hidden />} onClick={operator.signOut}>
              {t('streams.signIn.out')}
            </Button>
          )}
          {corner}
        </div>
      </header>
      {session ? (
        <List session={session} noticeError={operator.noticeError} />
      ) : (
        <div className="flex flex-1 items-center pb-24">
          <SignIn hasExpired={operator.hasExpired} onSignIn={operator.signIn} />
        </div>
      )}
    </main>
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
    <Button look="primary" icon={<Plus size={18} aria-hidden />} onClick={() => setCreating(true)} data-testid={testIds.createStream}>
      {t('streams.create.action')}
    </Button>
  );
  return (
    <StreamsProvider value={access}>
      {value === null && error === null && <TableWait />}
      {value === null && error !== null && (
        <Explain
          className="m-auto"
          picture={<LostPicture />}
          title={t('streams.failed')}
          text={errorText(t, error)}
          actions={<Button onClick={refresh}>{t('common.tryAgain')}</Button>}
        />
      )}
      {value !== null && (
        <>
          {error !== null && <Stale readAtMs={readAtMs} />}
          {value.streams.length === 0 && value.others.length === 0 ? (
            <div className="flex flex-1 flex-col items-center justify-center gap-4 pb-24">
              <div>
                <Empty icon={<RadioTower size={32} aria-hidden />} title={t('streams.empty')}>
                  {t('streams.emptyText')}
                </Empty>
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
      <CreateDialog isOpen={isCreating} onClose={() => setCreating(false)} onCreated={setOpenId} />
      {open && <StreamDialog key={open.id} stream={open} onClose={close} />}
    </StreamsProvider>
  );
}

function Stale({ readAtMs }: { readAtMs: number }) {
  const { t, i18n } = useTranslation();
  const time = new Intl.DateTimeFormat(i18n.language, { timeStyle: 'medium' }).format(readAtMs);
  return (
    <p role="status" className="rounded-md bg-surface-2 px-4 py-3 text-sm">
      <span className="mr-2 inline-block size-2 rounded-full bg-warn" aria-hidden />
      {t('streams.stale', { time })}
    </p>
  );
}
