import type { z } from 'zod';
import type { Permission } from '../roles.js';

/** connected: the socket has a valid token. joined: it represents a participant of the room. */
export type ConnectionState = 'connected' | 'joined';

export interface RequestContract<D extends z.ZodType = z.ZodType, R extends z.ZodType = z.ZodType> {
  /** Required connection state. */
  state: ConnectionState;
  /** null: no permission needed in that state. */
  permission: Permission | null;
  data: D;
  reply: R;
}

/** Declares a request from client to server, with exactly one answer: `reply` or a typed error. */
export const request = <D extends z.ZodType, R extends z.ZodType>(contract: RequestContract<D, R>): RequestContract<D, R> => contract;
