import type { EventEmitter } from 'node:events';
import type {
  ConnectionQuality,
  ConsumerId,
  SfuFeedTrack,
  ParticipantId,
  ProducerId,
  PublishSource,
  RtpTrack,
  SourceId,
  TransportId,
} from '@lianmai/protocol';
import type { types } from 'mediasoup';

export interface RoomMediaEvents {
  /** null for silence. */
  activeSpeakerChanged: [participantId: ParticipantId | null];
  /** Level of each active speaker, -127..0 dBov. */
  speakersChanged: [levels: ReadonlyMap<ParticipantId, number>];
  /** The worker of these peers died, so their MediaPeer objects are closed. Add the peers again; other peers are not affected. */
  peersLost: [participantIds: readonly ParticipantId[]];
}

/**
 * The media of one room, across as many workers as it needs. Pipes connect producers to consumers on other workers, transparently to the
 * caller.
 */
export interface RoomMedia extends EventEmitter<RoomMediaEvents> {
  readonly rtpCapabilities: types.RtpCapabilities;
  /** `payloadTypes`: for a peer that made the offer itself (WHEP), so that its own payload types must be used. */
  addPeer(participantId: ParticipantId, options?: { payloadTypes?: PayloadTypes }): Promise<MediaPeer>;
  /** Adds tracks that a bridge sends as plain RTP from this address. They are consumed and tapped like a person's. */
  addInput(participantId: ParticipantId, from: { ip: string; port: number }): Promise<MediaInput>;
  /** Sends a producer to the bridge as plain RTP, without congestion feedback or RTX. Starts paused. */
  tap(producerId: ProducerId, target: { ip: string; port: number; sourceId: SourceId }): Promise<Tap>;
  close(reason: string): Promise<void>;
}

/** RTP payload types of a router that carries only H.264 and Opus. */
export interface PayloadTypes {
  video: number;
  audio: number;
}

export interface MediaInputEvents {
  /** Closed on request, or because its worker died. */
  closed: [reason: string];
}

export interface MediaInput extends EventEmitter<MediaInputEvents> {
  /** Destination for RTP and RTCP (muxed). */
  readonly rtp: { ip: string; port: number };
  /** Replaces any earlier producer of the same source. */
  produce(source: PublishSource, track: SfuFeedTrack): Promise<ProducerId>;
  /** Throws NOT_FOUND for any other input's producer. */
  setPaused(id: ProducerId, paused: boolean): Promise<void>;
  close(reason: string): void;
}

export interface TapEvents {
  /** The producer was closed, or its worker died. */
  closed: [reason: string];
}

export interface Tap extends EventEmitter<TapEvents> {
  /** Parameters that the bridge needs to receive the track. `trackId` is unique. */
  readonly track: RtpTrack;
  resume(): Promise<void>;
  requestKeyFrame(): Promise<void>;
  /** Selects the simulcast layer with the highest bitrate, in whatever order the publisher listed them. */
  followBestLayer(): void;
  /** Selects the simulcast layer for a tile of this size (device pixels). null pauses, since the tile is not visible. */
  setSize(size: { width: number; height: number } | null): Promise<void>;
  close(reason: string): void;
}

export interface MediaPeerEvents {
  consumerClosed: [event: { consumerId: ConsumerId; producerId: ProducerId }];
  consumerPausedChanged: [event: { consumerId: ConsumerId; producerPaused: boolean }];
  /** A producer ended, on request or with its transport. Not emitted when a newer one of the same source replaces it. */
  producerClosed: [producerId: ProducerId];
  qualityChanged: [quality: ConnectionQuality];
  /** State of one transport. connected: ICE and DTLS are up; disconnected: it may recover; closed: it will not. */
  connectionChanged: [state: 'connected' | 'disconnected' | 'closed'];
  /** Closed on request, or because its worker died. `reason` is for logs. */
  closed: [reason: string];
}

/**
 * One participant's transports, producers and consumers. Throws NOT_FOUND for other peers' ids, and BAD_REQUEST for parameters that
 * mediasoup rejects.
 */
export interface MediaPeer extends EventEmitter<MediaPeerEvents> {
  createTransport(direction: 'send' | 'receive'): Promise<{
    id: TransportId;
    iceParameters: types.IceParameters;
    iceCandidates: types.IceCandidate[];
    dtlsParameters: types.DtlsParameters;
  }>;
  connectTransport(id: TransportId, dtlsParameters: types.DtlsParameters): Promise<void>;
  restartIce(id: TransportId): Promise<types.IceParameters>;
  /** Replaces any earlier producer of the same source. */
  produce(options: {
    transportId: TransportId;
    source: PublishSource;
    kind: 'audio' | 'video';
    rtpParameters: types.RtpParameters;
    paused: boolean;
    /** Height of the captured picture, px, from which layer sizes follow. Default: 720 for a camera, 1080 for a screen. */
    videoHeight?: number | undefined;
  }): Promise<ProducerId>;
  setProducerPaused(id: ProducerId, paused: boolean): Promise<void>;
  closeProducer(id: ProducerId): void;
  /** Starts paused. Replaces any earlier consumer of the same producer, so a peer has at most one per producer. */
  consume(options: { transportId: TransportId; producerId: ProducerId; rtpCapabilities: types.RtpCapabilities }): Promise<{
    consumerId: ConsumerId;
    producerId: ProducerId;
    participantId: ParticipantId;
    source: PublishSource;
    kind: 'audio' | 'video';
    rtpParameters: types.RtpParameters;
    producerPaused: boolean;
  }>;
  setConsumerPaused(id: ConsumerId, paused: boolean): Promise<void>;
  /** Selects the simulcast layer by displayed size. Low bandwidth lowers it automatically. */
  setConsumerSize(id: ConsumerId, size: { width: number; height: number }): Promise<void>;
  closeConsumer(id: ConsumerId): void;
  /** Stops sending this participant's tracks, with a `consumerClosed` for each. */
  closeConsumersOf(participantId: ParticipantId): void;
  /** Total sent to this participant. */
  bytesSent(): Promise<number>;
  /** Closes transports, producers and consumers after a page reload. The peer stays. */
  resetMedia(reason: string): void;
  close(reason: string): void;
}
