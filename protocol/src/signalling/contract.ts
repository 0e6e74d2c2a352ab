import type { z } from 'zod';
import type { Permission } from '../roles.js';

/** connected: the socket has a valid token. present: it stands for somebody in the room, the audience included. joined: for a participant. */
export type ConnectionState = 'connected' | 'present' | 'joined';

/** Enough for a request of ids, numbers and choices, bytes. */
export const SMALL_REQUEST_BYTES = 4 * 1024;
/** The most that any request without attached bytes may take. A page's capabilities take about 10 kB, 16 outputs up to 33 kB. */
export const MAX_REQUEST_BYTES = 64 * 1024;

export interface RequestContract<D extends z.ZodType = z.ZodType, R extends z.ZodType = z.ZodType> {
  /** Required connection state. */
  state: ConnectionState;
  /** null: no permission needed in that state. */
  permission: Permission | null;
  /** Largest request on the wire, bytes: JSON, envelope and attached bytes. A larger one is refused before `data` parses it. */
  maxBytes: number;
  data: D;
  reply: R;
}

/** Declares a request from client to server, with exactly one answer: `reply` or a typed error. */
export const request = <D extends z.ZodType, R extends z.ZodType>(contract: RequestContract<D, R>): RequestContract<D, R> => contract;
