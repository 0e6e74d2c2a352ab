import type { RoomActions } from '../state';
import type { JoinOptions } from './JoinOptions';
import { forgetArrival } from './arrival';
import type { RoomSession } from './RoomSession';

/** Media and sockets are three quarters of the page's code. They are fetched while the lobby is open, not before it is drawn. */
const load = () => import('./RoomSession');

let current: Promise<RoomSession> | null = null;

/**
 * Joins a room and stays in it; everything that happens appears in the room's state. A reload brings back the same participant, seat and
 * devices.
 * Rejects with LianmaiError. A device that cannot be opened does not prevent joining; `local` reports it.
 */
export async function joinRoom(options: JoinOptions): Promise<RoomActions> {
  forgetArrival();
  const before = current;
  const joining = leaveFirst(before).then(async () => (await load()).RoomSession.join(options));
  current = joining;
  return (await joining).actions;
}

/** Fetches what joining needs, so that the click does not have to wait. */
export const preloadRoom = (): void => void load().catch(() => undefined);

async function leaveFirst(before: Promise<RoomSession> | null): Promise<void> {
  const session = await before?.catch(() => null);
  await session?.leave();
}
