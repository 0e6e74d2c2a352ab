import { toLianmaiError, type LianmaiError, type Role } from '@lianmai/protocol';
import { useRef, useState } from 'react';
import { joinRoom } from '../../session';
import { setPreferences, type RoomActions } from '../../state';
import { rememberHosted } from './hostedRooms';
import type { DeviceCheck } from './useDeviceCheck';

interface JoinRequest {
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
  const join = async (request: JoinRequest) => {
    if (isJoining.current) return;
    isJoining.current = true;
    setJoining(request.role);
    setError(null);
    setPreferences({ name: request.name, lastRoom: request.room });
    // Whoever watches has no camera running; on the way up they turn it on themselves.
    const tracks = request.role === 'viewer' ? { camera: false, microphone: false } : check.handOver();
    try {
      const actions = await joinRoom({ ...request, initial: tracks });
      if (request.role === 'host' && !request.token) rememberHosted(request.room, true);
      onJoined(request.room, actions);
    } catch (thrown) {
      const error = toLianmaiError(thrown);
      // Somebody else hosts it by now: next time the lobby offers a seat instead.
      if (error.code === 'FORBIDDEN') rememberHosted(request.room, false);
      setError(error);
      check.takeBack(tracks);
    } finally {
      isJoining.current = false;
      setJoining(null);
    }
  };
  return { join, joining, error };
}
