import { Volume2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useActions, useRunWithToast } from '../../bindings';
import { isRestarting, useRoom } from '../../state';
import { BlockedIllustration, Button, Clock, Explanation, testIds } from '../../ui';

/** Covers the last picture while reconnecting: what happened, for how long, and that there is nothing to do. */
export function ReconnectingCover() {
  const { t } = useTranslation();
  const isReconnecting = useRoom((room) => room.phase === 'reconnecting');
  const sinceMs = useRoom((room) => room.reconnectingSinceMs);
  const isLive = useRoom(({ program }) => program?.state === 'live' || isRestarting(program));
  if (!isReconnecting) return null;
  return (
    <div
      role="alert"
      data-testid={testIds.reconnecting}
      className="animate-fade absolute inset-0 z-20 flex flex-col items-center justify-center gap-2 bg-black/70 p-6 text-center text-white"
    >
      <p className="text-lg font-semibold">{t('reconnecting.title')}</p>
      <p className="max-w-md text-base">{isLive ? t('reconnecting.textLive') : t('reconnecting.text')}</p>
      {sinceMs !== null && (
        <p className="text-base">
          <Clock sinceMs={sinceMs} />
        </p>
      )}
    </div>
  );
}

/** Signalling works but media does not: the network blocks UDP and TCP. */
export function MediaBlocked() {
  const { t } = useTranslation();
  const isBlocked = useRoom((room) => room.isMediaBlocked && room.phase === 'joined');
  if (!isBlocked) return null;
  const steps = t('mediaBlocked.steps', { returnObjects: true });
  return (
    <div role="alert" className="animate-fade absolute inset-0 z-20 flex items-center justify-center overflow-y-auto bg-bg/95 p-6">
      <Explanation
        data-testid={testIds.mediaBlocked}
        illustration={<BlockedIllustration />}
        title={t('mediaBlocked.title')}
        text={t('mediaBlocked.text')}
        steps={steps}
        actions={<Button onClick={() => location.reload()}>{t('common.tryAgain')}</Button>}
      />
    </div>
  );
}

/** Media stopped in mid-call. It is usually back within seconds, so the last pictures stay and a line tells what is going on. */
export function MediaInterrupted() {
  const { t } = useTranslation();
  const isInterrupted = useRoom((room) => room.isMediaInterrupted && !room.isMediaBlocked && room.phase === 'joined');
  return isInterrupted && <StatusLine data-testid={testIds.mediaInterrupted}>{t('mediaInterrupted')}</StatusLine>;
}

const StatusLine = ({ children, ...rest }: { children: string; 'data-testid': string }) => (
  <div role="status" className="pointer-events-none absolute inset-x-0 top-4 z-20 flex justify-center px-4">
    <p className="animate-enter rounded-lg bg-black/80 px-4 py-2 text-center text-base font-semibold text-white" {...rest}>
      {children}
    </p>
  </div>
);

/** The bridge that made the program is being replaced. The outputs connect again by themselves. */
export function ProgramRestarting() {
  const { t } = useTranslation();
  const isShown = useRoom((room) => room.phase === 'joined' && isRestarting(room.program));
  return isShown && <StatusLine data-testid={testIds.programRestarting}>{t('programRestarting')}</StatusLine>;
}

/** One obvious button, because browsers refuse to play sound before a click. */
export function SoundBlocked() {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  const isBlocked = useRoom((room) => room.isSoundBlocked);
  if (!isBlocked) return null;
  return (
    <div className="pointer-events-none absolute inset-x-0 top-4 z-20 flex justify-center">
      <Button
        variant="primary"
        size="lg"
        icon={<Volume2 size={22} aria-hidden />}
        onClick={() => run(actions.allowSound())}
        className="animate-enter pointer-events-auto"
        data-testid={testIds.allowSound}
      >
        {t('room.allowSound')}
      </Button>
    </div>
  );
}
