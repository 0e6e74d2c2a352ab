import type { EventEmitter } from 'node:events';
import type {
  EventData,
  EventName,
  SfuFeedTrack,
  JoinClaims,
  ProducerId,
  ProducerInfo,
  PublishSource,
  RequestData,
  StreamRef,
  WireError,
} from '@lianmai/protocol';

/** The connection to a participant's page. Signalling implements it; a room only sends. */
export interface ClientChannel {
  /** Delivered in order, and never dropped while the connection lasts. */
  send<N extends EventName>(name: N, data: EventData<N>): void;
  /** May be dropped on a slow connection, since a newer event follows soon. */
  sendVolatile<N extends EventName>(name: N, data: EventData<N>): void;
  /** Sends the reason, then disconnects. */
  disconnect(reason: Pick<WireError, 'code' | 'message'>): void;
  /** From now on, it also gets what is sent to this group; with `exit` no more. */
  enter(group: string): void;
  exit(group: string): void;
}

export interface JoinRequest {
  claims: JoinClaims;
  channel: ClientChannel;
  resume?: RequestData<'join'>['resume'];
}

export interface RoomSettings {
  seatLimit: number;
  stagePolicy: 'open' | 'request';
  maxParticipants: number;
  /** People in the audience who hold a connection. */
  maxAudience: number;
  /** A request or an invitation to the stage expires after so long; 0: never. */
  requestExpiryMs: number;
  maxRequests: number;
  /** A moderator may take the room over when its host has been away for so long. */
  hostGraceMs: number;
  reconnectGraceMs: number;
  emptyRoomTtlMs: number;
  emptyLiveTtlMs: number;
  chatHistory: number;
  /** Words that no chat message may have. */
  blockWords: readonly string[];
}

/** A participant's media, from a page or a stream. */
export interface ParticipantMedia {
  readonly producers: readonly ProducerInfo[];
  producerOf(source: PublishSource): ProducerInfo | undefined;
  setProducerPaused(id: ProducerId, paused: boolean): Promise<void>;
  close(reason: string): void;
}

/** A stream's media as plain RTP from its bridge. */
export interface StreamFeed extends EventEmitter<{ ended: [reason: string] }> {
  readonly rtp: { ip: string; port: number };
  readonly tracks: readonly SfuFeedTrack[];
  send(to: { ip: string; port: number }): Promise<void>;
  close(): void;
}

/** Throws NOT_FOUND while the stream is not live. */
export type OpenStreamFeed = (stream: StreamRef) => Promise<StreamFeed>;
