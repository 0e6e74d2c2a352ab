import { LianmaiError } from '@lianmai/protocol';
import type { RoomActions } from '../state';
import type { JoinOptions } from './contract';

export function joinRoom(options: JoinOptions): Promise<RoomActions> {
  return Promise.reject(new LianmaiError('INTERNAL', { room: options.room }));
}
