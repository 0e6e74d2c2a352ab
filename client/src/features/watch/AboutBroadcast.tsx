import { Eye, Share2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, cx, Pill, testIds, useCopy } from '../../ui';

interface AboutBroadcastProps {
  title: string;
  hostName: string | null;
  isHostAway: boolean;
  /** null: not known. */
  viewers: number | null;
  /** The way onto the stage. */
  stageWay: ReactNode;
  /** How the last way onto it ended. */
  stageNews: ReactNode;
  corner: ReactNode;
}

/** Below the player: title, host, number of viewers, and the way onto the stage. */
export function AboutBroadcast({ title, hostName, isHostAway, viewers, stageWay, stageNews, corner }: AboutBroadcastProps) {
  const { t, i18n } = useTranslation();
  return (
    <div className="mx-auto flex w-full max-w-6xl flex-wrap items-start gap-x-2 gap-y-3 px-4 py-4 sm:px-6">
      <div className="min-w-0 flex-1">
        <h1 dir="auto" className="truncate text-lg font-semibold">
          {title}
        </h1>
        <p className="mt-0.5 min-h-6 truncate text-base text-fg-2">
          {isHostAway ? t('watch.hostAway') : hostName && t('lobby.hostedBy', { name: hostName })}
        </p>
      </div>
      <div className="order-3 flex basis-full flex-wrap items-center gap-2 sm:order-2 sm:basis-auto">
        {viewers !== null && (
          <Pill icon={<Eye size={16} aria-hidden />} aria-label={t('room.viewers', { count: viewers })} data-testid={testIds.viewers}>
            {new Intl.NumberFormat(i18n.language).format(viewers)}
          </Pill>
        )}
        <ShareButton />
        {stageWay}
      </div>
      <div className="order-2 sm:order-3">{corner}</div>
      <div className="order-4 basis-full empty:hidden">{stageNews}</div>
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
      {/* Phones have room for its picture only. */}
      <span aria-live="polite" className={cx(!isCopied && 'max-sm:sr-only')}>
        {isCopied ? t('common.copied') : t('watch.share')}
      </span>
    </Button>
  );
}
