import type { EventEmitter } from 'node:events';
import type {
  EventData,
  EventName,
  SfuFeedTrack,
  Identity,
  JoinClaims,
  ParticipantId,
  ProducerId,
  ProducerInfo,
  PublishSource,
  RequestData,
  StreamRef,
  WireError,
} from '@lianmai/protocol';

/** The way to somebody's page. Signalling implements it; a room only talks. */
export interface ClientChannel {
  /** In order, never dropped while the connection lives. */
  send<N extends EventName>(name: N, data: EventData<N>): void;
  /** May be dropped on a busy line: a newer one follows soon. */
  sendVolatile<N extends EventName>(name: N, data: EventData<N>): void;
  /** Says why, then hangs up. */
  disconnect(reason: Pick<WireError, 'code' | 'message'>): void;
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
  reconnectGraceMs: number;
  emptyRoomTtlMs: number;
  emptyLiveTtlMs: number;
  chatHistory: number;
}

/** What a participant shows and sounds like, whoever makes it: a page, or a stream. */
export interface ParticipantMedia {
  readonly producers: readonly ProducerInfo[];
  producerOf(source: PublishSource): ProducerInfo | undefined;
  setProducerPaused(id: ProducerId, paused: boolean): Promise<void>;
  close(reason: string): void;
}

/** A stream's picture and sound as plain RTP from its bridge. */
export interface StreamFeed extends EventEmitter<{ ended: [reason: string] }> {
  readonly rtp: { ip: string; port: number };
  readonly tracks: readonly SfuFeedTrack[];
  send(to: { ip: string; port: number }): Promise<void>;
  close(): void;
}

/** NOT_FOUND while the stream is not live. */
export type OpenFeed = (stream: StreamRef) => Promise<StreamFeed>;

/** Somebody in a room, as the API lists them to the operator. */
export interface Attendee {
  participantId: ParticipantId;
  identity: Identity;
}
