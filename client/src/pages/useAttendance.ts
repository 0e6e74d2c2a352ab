import type { LobbyRoom } from '@lianmai/protocol';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { attendRoom, expectArrival, type RoomAttendance } from '../session';
import { useAudience, usePreferences } from '../state';
import { navigate, roomPath } from './router';

interface Attending {
  /** null: the room is not open, or its code is being fetched. */
  attendance: RoomAttendance | null;
  /** The room has, or may have, this page in its audience. */
  isPossible: boolean;
}

/**
 * Puts the page into the room's audience as soon as the lobby says that the room is open, and again at each later look if that has failed.
 * Somebody who is let in goes on to the room.
 */
export function useAttendance(room: string, lobby: LobbyRoom | null): Attending {
  const { t } = useTranslation();
  const [attendance, setAttendance] = useState<RoomAttendance | null>(null);
  const phase = useAudience((state) => state.phase);
  const isOpen = lobby?.exists === true && lobby.roles.includes('viewer');
  const [isNeeded, setNeeded] = useState(false);
  const guestNumber = usePreferences((all) => all.guestNumber);
  const chosenName = usePreferences((all) => all.name);
  const name = chosenName || t('watch.guest', { number: guestNumber });
  const isLetIn = useAudience(({ own }) => own.place !== 'audience');
  useEffect(() => {
    if (isOpen) setNeeded(true);
  }, [isOpen]);
  useEffect(() => {
    if (!isNeeded) return;
    let isCurrent = true;
    const opening = attendRoom({ room, name });
    opening.then(
      (mine) => isCurrent && setAttendance(mine),
      () => undefined,
    );
    return () => {
      isCurrent = false;
      void opening.then((mine) => mine.close()).catch(() => undefined);
      setAttendance(null);
    };
    // Another name or language does not interrupt the stay.
  }, [room, isNeeded]);
  useEffect(() => {
    // Each look at the lobby makes a new object, so this is also the pace of trying again.
    if (isOpen) void attendance?.attend();
  }, [attendance, lobby, isOpen]);
  useEffect(() => {
    if (!isLetIn) return;
    expectArrival({ room, name, role: 'viewer' });
    navigate(roomPath(room));
  }, [isLetIn, room, name]);
  const isIn = phase === 'attending' || phase === 'reconnecting';
  return { attendance, isPossible: lobby?.exists === true && (isOpen || isIn) };
}
