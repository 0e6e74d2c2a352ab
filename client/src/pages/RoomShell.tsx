import { RoomProvider, useSelf } from '../bindings';
import { EndedScreen } from '../features/room';
import type { RoomActions } from '../state';
import { GuestRoom } from './GuestRoom';
import { StudioRoom } from './StudioRoom';

/** Everything behind the lobby, in its own chunk. */
export default function RoomShell({ room, actions }: { room: string; actions: RoomActions }) {
  return (
    <RoomProvider actions={actions}>
      <RoomOrStudio room={room} onLeave={() => void actions.leave()} />
    </RoomProvider>
  );
}

export const Ended = EndedScreen;

/** People who may control the program get the studio, everyone else the room. */
function RoomOrStudio({ room, onLeave }: { room: string; onLeave: () => void }) {
  const self = useSelf();
  return self?.canLive ? <StudioRoom room={room} onLeave={onLeave} /> : <GuestRoom room={room} onLeave={onLeave} />;
}
