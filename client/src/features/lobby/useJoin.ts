import { toLianmaiError, type LianmaiError, type Role } from '@lianmai/protocol';
import { useRef, useState } from 'react';
import type { DeviceCheck } from '../../bindings';
import { joinRoom } from '../../session';
import { setPreferences, type RoomActions } from '../../state';
import { rememberHosted } from './hostedRooms';

interface JoinRequest {
  room: string;
  name: string;
  role: Role;
  token?: string;
}

/** Joins with the open devices of the device check, and takes them back on failure. */
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
    // Viewers join without devices and turn them on themselves once they are on stage.
    const tracks = request.role === 'viewer' ? { camera: false, microphone: false } : check.handOver();
    try {
      const actions = await joinRoom({ ...request, initial: tracks });
      if (request.role === 'host' && !request.token) rememberHosted(request.room, true);
      onJoined(request.room, actions);
    } catch (thrown) {
      const error = toLianmaiError(thrown);
      // Somebody else hosts the room by now, so the lobby offers a seat next time.
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
