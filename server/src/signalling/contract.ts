import type { AssetId, IceServer, RequestData, RequestName, RequestReply, RoomId } from '@lianmai/protocol';
import type { z } from 'zod';
import type { Person, Room, RoomDirectory, RoomMember } from '../rooms/index.js';
import type { SeatableStreams, Streams } from '../streams/index.js';
import type { ClientConnection } from './ClientConnection.js';

/** Services that handlers use besides their room. */
export interface Services {
  rooms: RoomDirectory;
  iceServers: z.infer<typeof IceServer>[];
  streams: Pick<Streams, 'assertNotStream'>;
  seatableStreams: Pick<SeatableStreams, 'list' | 'get'>;
  saveAsset(bytes: Uint8Array, room: RoomId): Promise<AssetId>;
}

export interface Context {
  connection: ClientConnection;
  services: Services;
  /** Throws WRONG_STATE before the join. */
  readonly participant: Person;
  /** The participant, or the person in the audience. */
  readonly member: RoomMember;
  readonly room: Room;
}

/** Implements one request in a few lines that call the room. State, permission and size are already checked, and the data is parsed. */
export type Handler<N extends RequestName> = (context: Context, data: RequestData<N>) => RequestReply<N> | Promise<RequestReply<N>>;
export type Handlers<N extends RequestName = RequestName> = { [K in N]: Handler<K> };
