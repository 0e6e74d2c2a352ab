import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { Lobby } from '../features/lobby';
import { loadTexts } from '../i18n';
import { joinRoom, preloadRoom, resumableParticipant } from '../session';
import { useRoom, type RoomActions } from '../state';
import { JoiningScreen } from './JoiningScreen';
import { LanguageSwitch } from './LanguageSwitch';
import { navigate, roomPath } from './router';
import { useTheme } from './useTheme';
import { useTitle } from './useTitle';

async function loadRoomShell() {
  const texts = loadTexts('room', 'outputs', 'audience');
  const { default: Room, Ended: Over } = await import('./RoomShell');
  await texts;
  return { Room, Over };
}
const RoomShell = lazy(async () => ({ default: (await loadRoomShell()).Room }));
const Ended = lazy(async () => ({ default: (await loadRoomShell()).Over }));

/** A room from the lobby to the end. A single page, so that devices stay open and nothing flickers on the way in. */
export default function RoomPage({ room }: { room: string | null }) {
  const [joined, setJoined] = useState<{ room: string; actions: RoomActions } | null>(null);
  const isResuming = useResume(room, (actions) => room && setJoined({ room, actions }));
  const phase = useRoom((state) => state.phase);
  const isIn = joined !== null && phase !== 'left' && phase !== 'failed';
  useTheme(joined || isResuming ? 'dark' : 'system');
  useTitle(useRoom((state) => state.room?.title ?? null) ?? room);
  useLeaveWhenMovingOn(joined, room);
  usePreload();

  const onJoined = (name: string, actions: RoomActions) => {
    setJoined({ room: name, actions });
    // Also removes a token from the address bar. A reload resumes from the saved participant instead.
    navigate(roomPath(name), { replace: room !== null });
  };
  if (isResuming) return <JoiningScreen />;
  if (!joined) {
    const token = new URLSearchParams(location.search).get('token');
    return <Lobby room={room} token={token} onJoined={onJoined} onNamed={(name) => navigate(roomPath(name))} corner={<LanguageSwitch />} />;
  }
  const toLobby = (path: string) => {
    setJoined(null);
    navigate(path);
  };
  return (
    <Suspense fallback={<JoiningScreen />}>
      {isIn ? (
        <RoomShell room={joined.room} actions={joined.actions} />
      ) : (
        <Ended onRejoin={() => toLobby(roomPath(joined.room))} onHome={() => toLobby('/')} />
      )}
    </Suspense>
  );
}

/** Fetches the room's code while people check themselves in the lobby. */
function usePreload(): void {
  useEffect(() => {
    const timer = setTimeout(() => {
      preloadRoom();
      void loadRoomShell().catch(() => undefined);
    }, 300);
    return () => clearTimeout(timer);
  }, []);
}

/** A reloaded page resumes at once as the same participant. If that fails, the lobby appears. */
function useResume(room: string | null, onResumed: (actions: RoomActions) => void): boolean {
  const [resumable] = useState(() => (room === null ? null : resumableParticipant(room)));
  const [isResuming, setResuming] = useState(resumable !== null);
  const hasBegun = useRef(false);
  useEffect(() => {
    if (!resumable || room === null || hasBegun.current) return;
    hasBegun.current = true;
    joinRoom({ room, ...resumable })
      .then(onResumed, () => undefined)
      .finally(() => setResuming(false));
  });
  return isResuming;
}

/** The browser's back button leaves the room, to another room or to another page. */
function useLeaveWhenMovingOn(joined: { room: string; actions: RoomActions } | null, room: string | null): void {
  useEffect(() => {
    if (joined && room !== joined.room) void joined.actions.leave();
  }, [joined, room]);
  useEffect(() => () => void joined?.actions.leave(), [joined]);
}
