import type { AssetId, ErrorCode } from '@lianmai/protocol';
import type { z } from 'zod';
import type { TokenAuthority } from '../authorisation/index.js';
import type { Recordings } from '../recordings/index.js';
import type { RoomDirectory } from '../rooms/index.js';
import type { SeatableStreams, Streams } from '../streams/index.js';
import type { HostReservations } from './HostReservations.js';

/** What the resources need of the rest of the server. */
export interface ApiServices {
  authority: TokenAuthority;
  rooms: RoomDirectory;
  streams: Streams;
  seatableStreams: Pick<SeatableStreams, 'get'>;
  recordings: Recordings;
  saveAsset(bytes: Uint8Array): Promise<AssetId>;
  reservations: HostReservations;
  /** Whether the lobby page may ask for tokens without a key. */
  isLobbyOpen: boolean;
  /** Stage policy of a room that does not exist yet. */
  stagePolicy: 'open' | 'request';
  /** Absolute address of the origin for players (`https://cdn.example.com`); null: this server under the name it was asked by. */
  originUrl: string | null;
  /** Where else than on this server's own port the origin listens. */
  originPort: number;
  /** Where the other listeners are configured to be, until a bridge says it itself; null: there is none. */
  ports: { rtmp: number; rtmps: number | null; srt: number };
}

/** Where a call came from and how it was addressed. */
export interface Caller {
  ip: string;
  /** `https://host:port`, as the caller wrote it. */
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

/** One operation: the router and docs/openapi.json are both made of this. */
export interface Route<
  P extends z.ZodType = z.ZodType,
  B extends z.ZodType = z.ZodType,
  R extends z.ZodType = z.ZodType,
  Q extends z.ZodType = z.ZodType,
> {
  method: 'get' | 'post' | 'patch' | 'delete';
  /** In OpenAPI's spelling: `/rooms/{room}/live`. */
  path: string;
  summary: string;
  tag: string;
  /** key: needs API credentials. open: everybody, within `limitPerMinute` for each address. */
  access: 'key' | 'open';
  limitPerMinute?: number;
  params: P;
  /** Left out: what stands behind the `?` is nobody's business. */
  query?: Q;
  /** json: parsed with the schema. image: up to 4 MB of bytes. none: no body. */
  bodyKind: 'json' | 'image' | 'none';
  body: B;
  reply: R;
  status: 200 | 201 | 204;
  /** Besides BAD_REQUEST, UNAUTHENTICATED and INTERNAL, which every route may answer. */
  errors: readonly ErrorCode[];
  handle(call: Call<z.output<P>, z.output<B>, z.output<Q>>): z.input<R> | Promise<z.input<R>>;
}

/** Declares an operation; here its types meet. */
export const route = <P extends z.ZodType, B extends z.ZodType, R extends z.ZodType, Q extends z.ZodType>(
  declared: Route<P, B, R, Q>,
): Route<P, B, R, Q> => declared;
