import type { RoomActions } from '../state';
import type { JoinOptions } from './JoinOptions';
import type { RoomSession } from './RoomSession';

/** Media and sockets are three quarters of the page's code: fetched while somebody is in the lobby, not before the lobby is drawn. */
const load = () => import('./RoomSession');

let current: Promise<RoomSession> | null = null;

/**
 * Joins a room and keeps it joined: everything that happens is in the room's state. After a reload the same person, seat and devices come back by
 * themselves. Rejects with LianmaiError; devices that cannot be opened do not keep anybody out, `local` tells about them.
 */
export async function joinRoom(options: JoinOptions): Promise<RoomActions> {
  const before = current;
  const joining = leaveFirst(before).then(async () => (await load()).RoomSession.join(options));
  current = joining;
  return (await joining).actions;
}

/** Fetches what joining needs, so that the click does not wait for it. */
export const preloadRoom = (): void => void load().catch(() => undefined);

async function leaveFirst(before: Promise<RoomSession> | null): Promise<void> {
  const session = await before?.catch(() => null);
  await session?.leave();
}
