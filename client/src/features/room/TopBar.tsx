import { Lock, UserPlus } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { barsOf } from '../../bindings';
import { useRoom } from '../../state';
import { Button, IconButton, NetworkBars, testIds } from '../../ui';
import { LivePill, ViewerCount } from './LivePill';

interface TopBarProps {
  onInvite: () => void;
  /** At the right end: the button to go live. */
  end?: ReactNode;
}

/** Shows where we are, whether we are live, how many watch, and how good our connection is. */
export function TopBar({ onInvite, end }: TopBarProps) {
  const { t } = useTranslation();
  const title = useRoom((room) => room.room?.title || room.room?.id || '');
  const isLocked = useRoom((room) => room.room?.locked ?? false);
  const quality = useRoom((room) => room.selfQuality);
  return (
    <header className="flex min-h-14 items-center gap-2 px-3 pt-[env(safe-area-inset-top)] sm:gap-3 sm:px-4">
      <h1 dir="auto" className="min-w-0 truncate text-base font-semibold">
        {title}
      </h1>
      {isLocked && <Lock size={16} className="shrink-0 text-fg-2" role="img" aria-label={t('rules.locked')} />}
      <LivePill />
      <ViewerCount />
      <div className="ml-auto flex shrink-0 items-center gap-2 sm:gap-3">
        <span className="max-sm:hidden">
          <NetworkBars bars={barsOf(quality)} label={t(`quality.${quality}`)} />
        </span>
        <span className="max-sm:hidden">
          <Button size="sm" icon={<UserPlus size={18} aria-hidden />} onClick={onInvite} data-testid={testIds.invite}>
            {t('invite.action')}
          </Button>
        </span>
        <span className="sm:hidden">
          <IconButton label={t('invite.action')} icon={<UserPlus size={20} />} onClick={onInvite} />
        </span>
        {end}
      </div>
    </header>
  );
}
