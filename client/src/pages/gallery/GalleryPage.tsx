import { LianmaiError } from '@lianmai/protocol';
import { useState } from 'react';
import { RoomProvider } from '../../bindings';
import { EndedScreen } from '../../features/room';
import { getRoomStore, type RoomActions } from '../../state';
import { GuestRoom } from '../GuestRoom';
import { StudioRoom } from '../StudioRoom';
import { useTheme } from '../useTheme';
import { AudienceGallery } from './AudienceGallery';
import { fixtureState, fixtureStreams } from './roomFixtures';

/** Every action of a room succeeds without effect, or fails with `?fail`. */
function fixtureActions(isFailing: boolean): RoomActions {
  const act = () => (isFailing ? Promise.reject(new LianmaiError('BRIDGE_UNAVAILABLE')) : Promise.resolve());
  const dismissNotice = (id: number) => getRoomStore().setState(({ notices }) => ({ notices: notices.filter((one) => one.id !== id) }));
  const special: Partial<RoomActions> = {
    dismissNotice,
    setTileSize: () => undefined,
    prepare: () => undefined,
    takeOverHost: () => Promise.reject(new LianmaiError('WRONG_STATE', { retryAfterMs: 42_000 })),
    listStreams: () => (isFailing ? act().then(() => []) : Promise.resolve(fixtureStreams(new URLSearchParams(location.search)))),
  };
  return new Proxy({} as RoomActions, { get: (_, name) => special[name as keyof RoomActions] ?? act });
}

/** A made-up room that is described by the URL. */
export default function GalleryPage() {
  const [actions] = useState(() => {
    const query = new URLSearchParams(location.search);
    getRoomStore().setState(fixtureState(query), true);
    return fixtureActions(query.has('fail'));
  });
  const query = new URLSearchParams(location.search);
  const isWatching = query.get('as') === 'audience';
  useTheme(isWatching ? 'system' : 'dark');
  if (isWatching) return <AudienceGallery query={query} />;
  if (query.has('ended')) return <EndedScreen onRejoin={() => undefined} onHome={() => undefined} />;
  const Room = query.get('as') === 'host' ? StudioRoom : GuestRoom;
  return (
    <RoomProvider actions={actions}>
      <Room room="morning-show" onLeave={() => undefined} />
    </RoomProvider>
  );
}
