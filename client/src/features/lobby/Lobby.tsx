import type { LobbyRoom, Role } from '@lianmai/protocol';
import { useEffect, useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Preview, useDeviceCheck } from '../../bindings';
import { usePreferences, type RoomActions } from '../../state';
import { cx, LiveThumbnail, Pill } from '../../ui';
import { DevicePickers } from './DevicePickers';
import { hasHosted } from './hostedRooms';
import { JoinForm } from './JoinForm';
import { offerOf, readToken } from './joinOffer';
import { suggestRoomName } from './roomName';
import { useJoin } from './useJoin';
import { useLobbyRoom } from './useLobbyRoom';

interface LobbyProps {
  /** null: the front page, where people name a room. */
  room: string | null;
  /** A join token from the operator's own page. */
  token: string | null;
  onJoined: (room: string, actions: RoomActions) => void;
  /** The person named a room on the front page but has no name yet, so the room's own lobby comes next. */
  onNamed: (room: string) => void;
  /** Shown at the upper right: the language switch. */
  corner: ReactNode;
}

/** Before the room: see and hear yourself, choose devices, enter your name, and go in. */
export function Lobby({ room: given, token, onJoined, onNamed, corner }: LobbyProps) {
  const [typed, setTyped] = useState(suggestRoomName);
  const invited = useMemo(() => (token ? readToken(token) : null), [token]);
  const room = given ?? typed;
  const answer = useLobbyRoom(invited ? '' : room, { isTyped: given === null });
  const offer = offerOf(room, answer, invited, hasHosted(room));
  const willOnlyWatch = offer.primary === 'viewer';
  // The page asks for the camera at once, unless the person could not use it.
  const [isCheckWanted, setCheckWanted] = useState(given === null);
  useEffect(() => {
    if (offer.primary) setCheckWanted(!willOnlyWatch);
  }, [offer.primary, willOnlyWatch]);
  const check = useDeviceCheck(isCheckWanted);
  const { join, joining, error } = useJoin(check, onJoined);
  const onJoin = (role: Role, name: string) => void join({ room, name, role, ...(invited && { token: invited.token }) });
  const storedName = usePreferences((all) => all.name);
  const name = invited?.name ?? storedName;

  return (
    <div className="min-h-full bg-bg">
      <header className="mx-auto flex max-w-6xl items-center justify-between gap-4 px-4 py-3 sm:px-6">
        <Wordmark />
        {corner}
      </header>
      <main className="mx-auto grid max-w-6xl items-start gap-x-8 gap-y-6 px-4 pb-12 sm:px-6 lg:grid-cols-[minmax(0,1fr)_380px] lg:grid-rows-[auto_1fr] lg:pt-4">
        {willOnlyWatch ? (
          <WatchOnly liveRoom={answer.state === 'known' && answer.info.live ? room : null} />
        ) : (
          <Preview check={check} name={name} />
        )}
        <div className="flex min-w-0 flex-col gap-6 lg:row-span-2">
          <LobbyHeading room={given} info={answer.state === 'known' ? answer.info : null} />
          <JoinForm
            room={room}
            {...(given === null && { onRoomChange: setTyped, onNamed: () => onNamed(room) })}
            invited={invited}
            answer={answer}
            offer={offer}
            joining={joining}
            error={error}
            onJoin={onJoin}
          />
        </div>
        {!willOnlyWatch && <DevicePickers check={check} />}
      </main>
    </div>
  );
}

function LobbyHeading({ room, info }: { room: string | null; info: LobbyRoom | null }) {
  const { t } = useTranslation();
  if (room === null) return <Heading title={t('lobby.title')} text={t('lobby.subtitle')} />;
  const text = info?.hostName ? t('lobby.hostedBy', { name: info.hostName }) : t('lobby.checkFirst');
  return (
    <div className="flex flex-col gap-3">
      {info?.live && (
        <Pill tone="live" className="self-start">
          {t('common.live')}
        </Pill>
      )}
      <Heading title={info?.title || room} text={text} />
    </div>
  );
}

function Heading({ title, text }: { title: string; text: string }) {
  return (
    <div>
      <h1 dir="auto" className="text-xl font-semibold text-balance">
        {title}
      </h1>
      <p className="mt-1 text-base text-fg-2">{text}</p>
    </div>
  );
}

/** A viewer is not seen, so the live picture takes the place of the preview. */
function WatchOnly({ liveRoom }: { liveRoom: string | null }) {
  const { t } = useTranslation();
  const isLive = liveRoom !== null;
  return (
    <div
      className={cx(
        'relative isolate flex aspect-video flex-col items-center justify-center gap-2 overflow-hidden rounded-lg p-6 text-center',
        isLive ? 'text-white' : 'bg-surface-2',
      )}
    >
      {isLive && <LiveThumbnail src={`/live/${encodeURIComponent(liveRoom)}.jpg`} className="absolute inset-0 -z-10 brightness-40" />}
      <p className="text-lg font-semibold">{t('lobby.watchTitle')}</p>
      <p className={cx('max-w-md text-base', !isLive && 'text-fg-2')}>{t('lobby.watchText')}</p>
    </div>
  );
}

function Wordmark() {
  return (
    <a href="/" className="flex min-h-11 items-center gap-2 text-base font-semibold">
      <img src="/favicon.svg" alt="" className="size-7" />
      Lianmai
    </a>
  );
}
