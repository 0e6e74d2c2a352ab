import type { LobbyRoom, WatchInfo } from '@lianmai/protocol';
import { Eye, Hand, Share2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, Pill, testIds, useCopy } from '../../ui';

interface AboutBroadcastProps {
  title: string;
  name: string;
  info: WatchInfo | null;
  room: LobbyRoom | null;
  corner: ReactNode;
}

/** Below the player: title, host, number of viewers, and the way onto the stage. */
export function AboutBroadcast({ title, name, info, room, corner }: AboutBroadcastProps) {
  const { t, i18n } = useTranslation();
  const viewers = info && info.state !== 'offline' ? info.viewers : (room?.live?.viewers ?? null);
  const canTakePart = room?.exists === true && room.roles.some((role) => role !== 'host');
  return (
    <div className="mx-auto flex w-full max-w-6xl flex-wrap items-start gap-x-2 gap-y-3 px-4 py-4 sm:px-6">
      <div className="min-w-0 flex-1">
        <h1 dir="auto" className="truncate text-lg font-semibold">
          {title}
        </h1>
        <p className="mt-0.5 min-h-6 truncate text-base text-fg-2">{room?.hostName && t('lobby.hostedBy', { name: room.hostName })}</p>
      </div>
      <div className="order-3 flex basis-full flex-wrap items-center gap-2 sm:order-2 sm:basis-auto">
        {viewers !== null && (
          <Pill icon={<Eye size={16} aria-hidden />} aria-label={t('room.viewers', { count: viewers })} data-testid={testIds.viewers}>
            {new Intl.NumberFormat(i18n.language).format(viewers)}
          </Pill>
        )}
        <ShareButton />
        {canTakePart && (
          <a
            href={`/r/${encodeURIComponent(name)}`}
            className="target inline-flex items-center gap-2 rounded-md bg-accent px-3 text-sm font-medium text-accent-fg transition-colors hover:bg-accent-hover"
          >
            <Hand size={18} aria-hidden />
            {t('watch.takePart')}
          </a>
        )}
      </div>
      <div className="order-2 sm:order-3">{corner}</div>
    </div>
  );
}

function ShareButton() {
  const { t } = useTranslation();
  const { isCopied, copy } = useCopy(location.href);
  const share = () => {
    if (typeof navigator.share === 'function' && window.matchMedia('(pointer: coarse)').matches)
      void navigator.share({ url: location.href }).catch(() => undefined);
    else copy();
  };
  return (
    <Button size="sm" icon={<Share2 size={18} aria-hidden />} onClick={share}>
      <span aria-live="polite">{isCopied ? t('common.copied') : t('watch.share')}</span>
    </Button>
  );
}
