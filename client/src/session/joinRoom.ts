import type { RoomActions } from '../state';
import type { JoinOptions } from './contract';
import { RoomSession } from './RoomSession';

let current: Promise<RoomSession> | null = null;

/**
 * Joins a room and keeps it joined: everything that happens is in the room's state. After a reload the same person, seat and devices come back by
 * themselves. Rejects with LianmaiError; devices that cannot be opened do not keep anybody out, `local` tells about them.
 */
export async function joinRoom(options: JoinOptions): Promise<RoomActions> {
  const before = current;
  const joining = leaveFirst(before).then(() => RoomSession.join(options));
  current = joining;
  return (await joining).actions;
}

async function leaveFirst(before: Promise<RoomSession> | null): Promise<void> {
  const session = await before?.catch(() => null);
  await session?.leave();
}
