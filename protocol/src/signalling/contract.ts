import type { z } from 'zod';
import type { Permission } from '../roles.js';

/** connected: the socket has a valid token. joined: it stands for a participant of the room. */
export type ConnectionState = 'connected' | 'joined';

export interface RequestContract<D extends z.ZodType = z.ZodType, R extends z.ZodType = z.ZodType> {
  /** The state that the connection must be in. */
  state: ConnectionState;
  /** null: everybody in that state. */
  permission: Permission | null;
  data: D;
  reply: R;
}

/** Declares one request: client → server, answered once with `reply` or a typed error. */
export const request = <D extends z.ZodType, R extends z.ZodType>(contract: RequestContract<D, R>): RequestContract<D, R> => contract;
