import type { AudienceActions } from '../state';
import type { AudienceSession } from './AudienceSession';

/** Sockets and schemas are fetched beside the player, not before it. */
const load = () => import('./AudienceSession');

export interface RoomAttendance {
  /** Call it whenever the room is known to be open. */
  attend(): Promise<void>;
  actions(): AudienceActions | null;
  close(): void;
}

/** Prepares to be in the audience of a room; everything that happens appears in the audience's state. */
export function attendRoom(options: { room: string; name: string }): RoomAttendance {
  let session: AudienceSession | null = null;
  let isClosed = false;
  return {
    async attend() {
      const { AudienceSession: Session } = await load();
      if (isClosed) return;
      session ??= new Session(options);
      await session.attend();
    },
    actions: () => session?.actions ?? null,
    close() {
      isClosed = true;
      session?.close();
    },
  };
}
