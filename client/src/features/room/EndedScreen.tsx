import type { ErrorCode } from '@lianmai/protocol';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoom } from '../../state';
import {
  Button,
  ElsewhereIllustration,
  Explanation,
  LeftIllustration,
  LockedIllustration,
  LostIllustration,
  RefusedIllustration,
  testIds,
} from '../../ui';

type Ending = 'left' | 'removed' | 'replaced' | 'locked' | 'full' | 'closed' | 'expired' | 'failed';

const ENDINGS: Partial<Record<ErrorCode, Ending>> = {
  REMOVED: 'removed',
  REPLACED: 'replaced',
  ROOM_LOCKED: 'locked',
  ROOM_FULL: 'full',
  NOT_FOUND: 'closed',
  TOKEN_EXPIRED: 'expired',
  UNAUTHENTICATED: 'expired',
};
const PICTURES: Record<Ending, ReactNode> = {
  left: <LeftIllustration />,
  removed: <RefusedIllustration />,
  replaced: <ElsewhereIllustration />,
  locked: <LockedIllustration />,
  full: <LockedIllustration />,
  closed: <LeftIllustration />,
  expired: <LockedIllustration />,
  failed: <LostIllustration />,
};
/** Rejoining is the obvious action, unless it would only fail again. */
const ACTIONS: Record<Ending, 'rejoin' | 'home' | 'takeBack'> = {
  left: 'rejoin',
  removed: 'home',
  replaced: 'takeBack',
  locked: 'rejoin',
  full: 'rejoin',
  closed: 'home',
  expired: 'rejoin',
  failed: 'rejoin',
};

/** The page after a room: why it ended, and what to do. */
export function EndedScreen({ onRejoin, onHome }: { onRejoin: () => void; onHome: () => void }) {
  const { t } = useTranslation();
  const ended = useRoom((room) => room.ended);
  const phase = useRoom((room) => room.phase);
  const ending: Ending = ended ? (ENDINGS[ended.code] ?? 'failed') : phase === 'failed' ? 'failed' : 'left';
  const action = ACTIONS[ending];
  return (
    <main className="flex min-h-full items-center justify-center bg-bg p-6">
      <Explanation
        size="lg"
        data-testid={testIds.ended}
        illustration={PICTURES[ending]}
        title={t(`ended.${ending}.title`)}
        text={ending === 'failed' && ended ? t(`errors.${ended.code}`) : t(`ended.${ending}.text`)}
        actions={
          <>
            <Button variant="primary" onClick={action === 'home' ? onHome : onRejoin} data-ending={ending}>
              {t(`ended.action.${action}`)}
            </Button>
            {action !== 'home' && (
              <Button variant="ghost" onClick={onHome}>
                {t('ended.action.home')}
              </Button>
            )}
          </>
        }
      />
    </main>
  );
}
