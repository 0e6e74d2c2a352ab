import type { AudienceSession } from './AudienceSession';

/** Sockets and schemas are fetched beside the player, not before it. */
const load = () => import('./AudienceSession');

export type RoomAttendance = Pick<AudienceSession, 'attend' | 'actions' | 'close'>;

/** Prepares to be in the audience of a room. Everything that happens then appears in the audience's state. */
export async function attendRoom(options: { room: string; name: string }): Promise<RoomAttendance> {
  const { AudienceSession: Session } = await load();
  return new Session(options);
}
