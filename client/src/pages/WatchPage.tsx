import { DEFAULT_APP } from '@lianmai/protocol';
import { Hand } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useBroadcast, Watch } from '../features/watch';
import { loadTexts } from '../i18n';
import { useAudience } from '../state';
import { LanguageSwitch } from './LanguageSwitch';
import { roomPath } from './router';
import { useAttendance } from './useAttendance';
import { useTheme } from './useTheme';
import { useTitle } from './useTitle';

async function loadAudience() {
  await loadTexts('audience');
  return import('./WatchAudience');
}
/** The player comes first. */
const WatchChat = lazy(async () => ({ default: (await loadAudience()).WatchChat }));
const StageWay = lazy(async () => ({ default: (await loadAudience()).StageWay }));
const StageNewsLine = lazy(async () => ({ default: (await loadAudience()).StageNewsLine }));

/** A room's program or a stream from outside. Rooms and streams share the names of the default app. */
export default function WatchPage({ app, name }: { app: string | null; name: string }) {
  const [title, setTitle] = useState(name);
  useTheme('system');
  useTitle(title);
  const broadcast = useBroadcast({ app: app ?? DEFAULT_APP, name, hasRoom: app === null || app === DEFAULT_APP });
  const { attendance, isPossible } = useAttendance(name, broadcast.room);
  const audience = useAudience((state) => state.audience);
  const isIn = useAudience(({ phase }) => phase === 'attending' || phase === 'reconnecting');
  const takePart = broadcast.room?.exists === true && broadcast.room.roles.includes('guest') ? <TakePart room={name} /> : null;
  return (
    <Watch
      name={name}
      broadcast={broadcast}
      audience={audience}
      stageWay={
        attendance && isIn ? (
          <Suspense>
            <StageWay actions={attendance.actions} insteadOfAsking={takePart} />
          </Suspense>
        ) : (
          takePart
        )
      }
      stageNews={
        attendance && (
          <Suspense>
            <StageNewsLine actions={attendance.actions} />
          </Suspense>
        )
      }
      side={isPossible ? <Suspense>{attendance && <WatchChat actions={attendance.actions} />}</Suspense> : null}
      corner={<LanguageSwitch />}
      onTitle={setTitle}
    />
  );
}

/** Guests take free seats in this room, so they need not ask. */
function TakePart({ room }: { room: string }) {
  const { t } = useTranslation();
  return (
    <a
      href={roomPath(room)}
      className="target inline-flex items-center gap-2 rounded-md bg-accent px-3 text-sm font-medium text-accent-fg transition-colors hover:bg-accent-hover"
    >
      <Hand size={18} aria-hidden />
      {t('watch.takePart')}
    </a>
  );
}
