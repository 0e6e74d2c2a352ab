/**
 * Browser ⇄ server. One socket.io event in each direction: `request` {name, data}, acknowledged with {ok, data | error}, and `event`
 * {name, data}. The handshake carries `auth: { token }`, a join token; a rejected handshake has a WireError in `error.data`.
 */
import { z } from 'zod';
import type { WireError } from '../errors.js';
import * as audience from './audience.js';
import * as chat from './chat.js';
import type { RequestContract } from './contract.js';
import * as live from './program.js';
import * as media from './media.js';
import * as session from './join.js';
import * as stage from './stage.js';

const { MAX_ASSET_BYTES, ...liveRequests } = live;
const { MediaJson, ...mediaRequests } = media;
const { IceServer, ...sessionRequests } = session;
const { MAX_CHAT_CHARS, ...chatRequests } = chat;

export { MAX_ASSET_BYTES, MAX_CHAT_CHARS, MediaJson, IceServer };
export * from './contract.js';
export * from './events.js';

export const requests = {
  ...sessionRequests,
  ...audience,
  ...mediaRequests,
  ...stage,
  ...chatRequests,
  ...liveRequests,
} as const satisfies Record<string, RequestContract>;

export type RequestName = keyof typeof requests;
/** Input as a caller writes it, with defaults optional; handlers receive it parsed. */
export type RequestInput<N extends RequestName> = z.input<(typeof requests)[N]['data']>;
export type RequestData<N extends RequestName> = z.output<(typeof requests)[N]['data']>;
export type RequestReply<N extends RequestName> = z.output<(typeof requests)[N]['reply']>;

/** `id`: made by the sender. A request that is sent again with the same id is carried out once, and answered each time. */
export const RequestFrame = z.object({ name: z.string().max(64), data: z.unknown(), id: z.string().min(1).max(64).optional() });

export type Acknowledgement<T> = { ok: true; data: T } | { ok: false; error: WireError };
