import type { ErrorCode } from '@lianmai/protocol';
import type { z } from 'zod';
import type { ApiAuthenticator, TokenAuthority } from '../authorisation/index.js';
import type { AssetStore } from '../program/index.js';
import type { Recordings } from '../recordings/index.js';
import type { RoomDirectory } from '../rooms/index.js';
import type { SeatableStreams, Streams } from '../streams/index.js';
import type { Bounds } from './bounds.js';
import type { HostReservations } from './HostReservations.js';

/** The parts of the server that API routes use. */
export interface ApiServices {
  authority: TokenAuthority;
  authenticator: ApiAuthenticator;
  rooms: RoomDirectory;
  streams: Streams;
  seatableStreams: Pick<SeatableStreams, 'get'>;
  recordings: Recordings;
  assets: Pick<AssetStore, 'save' | 'list' | 'delete'>;
  reservations: HostReservations;
  /** Whether the lobby page may request tokens without a key. */
  isLobbyOpen: boolean;
  /** Stage policy for rooms that do not exist yet. */
  stagePolicy: 'open' | 'request';
  /** The origin's public URL for players (`https://cdn.example.com`); null: this server, under the host name of the request. */
  originUrl: string | null;
  /** The origin's own port, besides this server's. */
  originPort: number;
  /** Configured ports of the other listeners, used until a bridge reports its own; null if disabled. */
  ports: { rtmp: number; rtmps: number | null; srt: number };
}

/** The caller's address and the URL that it used. */
export interface Caller {
  ip: string;
  /** `https://host:port`, as the caller addressed the server. */
  baseUrl: string;
  hostname: string;
}

export interface Call<P, B, Q> {
  services: ApiServices;
  params: P;
  query: Q;
  body: B;
  caller: Caller;
}

/** One API operation. The router and docs/openapi.json are both built from it. */
export interface Route<
  P extends z.ZodType = z.ZodType,
  B extends z.ZodType = z.ZodType,
  R extends z.ZodType = z.ZodType,
  Q extends z.ZodType = z.ZodType,
> extends Bounds {
  /** grant is for routes outside the API. */
  right: 'open' | 'key';
  method: 'get' | 'post' | 'patch' | 'delete';
  /** OpenAPI notation: `/rooms/{room}/live`. */
  path: string;
  summary: string;
  tag: string;
  params: P;
  /** Omit to ignore the query string. */
  query?: Q;
  /** json: parsed by the schema; `application/json` only. image: bytes. none: no body. */
  bodyKind: 'json' | 'image' | 'none';
  body: B;
  reply: R;
  status: 200 | 201 | 204;
  /** Errors besides those that follow from the method, the right, the rate and the body. */
  errors: readonly ErrorCode[];
  handle(call: Call<z.output<P>, z.output<B>, z.output<Q>>): z.input<R> | Promise<z.input<R>>;
}

/** Declares an operation and ties its types together. */
export const route = <P extends z.ZodType, B extends z.ZodType, R extends z.ZodType, Q extends z.ZodType>(
  declared: Route<P, B, R, Q>,
): Route<P, B, R, Q> => declared;
