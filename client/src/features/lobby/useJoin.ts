import { toLianmaiError, type LianmaiError, type Role } from '@lianmai/protocol';
import { useRef, useState } from 'react';
import { joinRoom } from '../../session';
import { setPreferences, type RoomActions } from '../../state';
import type { DeviceCheck } from './useDeviceCheck';

interface JoinWish {
  room: string;
  name: string;
  role: Role;
  token?: string;
}

/** Joins with what the device check has open. On failure the devices are ours again. */
export function useJoin(check: DeviceCheck, onJoined: (room: string, actions: RoomActions) => void) {
  const [joining, setJoining] = useState<Role | null>(null);
  const [error, setError] = useState<LianmaiError | null>(null);
  const isJoining = useRef(false);
  const join = async (wish: JoinWish) => {
    if (isJoining.current) return;
    isJoining.current = true;
    setJoining(wish.role);
    setError(null);
    setPreferences({ name: wish.name, lastRoom: wish.room });
    const tracks = check.handOver();
    try {
      onJoined(wish.room, await joinRoom({ ...wish, initial: tracks }));
    } catch (thrown) {
      setError(toLianmaiError(thrown));
      check.takeBack(tracks);
    } finally {
      isJoining.current = false;
      setJoining(null);
    }
  };
  return { join, joining, error };
}
