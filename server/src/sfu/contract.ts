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
  /** null: silence. */
  activeSpeakerChanged: [participantId: ParticipantId | null];
  /** -127..0 dBov of those who speak. */
  speakersChanged: [levels: ReadonlyMap<ParticipantId, number>];
  /** The worker under these peers died: their MediaPeer objects are closed. Add the peers again; the others' media is untouched. */
  peersLost: [participantIds: readonly ParticipantId[]];
}

/** The media of one room, over as many workers as it needs: producers reach consumers on other workers by pipe, without the caller knowing. */
export interface RoomMedia extends EventEmitter<RoomMediaEvents> {
  readonly rtpCapabilities: types.RtpCapabilities;
  /** `payloadTypes`: for somebody whose own numbers have to be used, because they made the offer (WHEP). */
  addPeer(participantId: ParticipantId, options?: { payloadTypes?: PayloadTypes }): Promise<MediaPeer>;
  /** Tracks that a bridge sends as plain RTP from this address: a stream among people, consumed and tapped like anybody's. */
  addInput(participantId: ParticipantId, from: { ip: string; port: number }): Promise<MediaInput>;
  /** Sends a producer as plain RTP (no congestion feedback, no RTX) to the bridge. Starts paused. */
  tap(producerId: ProducerId, target: { ip: string; port: number; sourceId: SourceId }): Promise<Tap>;
  close(reason: string): Promise<void>;
}

/** RTP payload types of a router that carries H.264 and Opus alone. */
export interface PayloadTypes {
  video: number;
  audio: number;
}

export interface MediaInputEvents {
  /** By request, or its worker is gone. */
  closed: [reason: string];
}

export interface MediaInput extends EventEmitter<MediaInputEvents> {
  /** Where RTP and RTCP (muxed) have to go. */
  readonly rtp: { ip: string; port: number };
  /** A second producer of the same source replaces the first. */
  produce(source: PublishSource, track: SfuFeedTrack): Promise<ProducerId>;
  /** NOT_FOUND for what it has not produced. */
  setPaused(id: ProducerId, paused: boolean): Promise<void>;
  close(reason: string): void;
}

export interface TapEvents {
  /** The producer or its worker is gone. */
  closed: [reason: string];
}

export interface Tap extends EventEmitter<TapEvents> {
  /** What the bridge needs to know to receive it; `trackId` is unique. */
  readonly track: RtpTrack;
  resume(): Promise<void>;
  requestKeyFrame(): Promise<void>;
  /** The simulcast layer that most is sent on, whatever order the publisher gave them and whatever it can send at the moment. */
  followBestLayer(): void;
  /** Picks the simulcast layer that fits a tile of this size (device pixels); null: paused, nobody looks. */
  setSize(size: { width: number; height: number } | null): Promise<void>;
  close(reason: string): void;
}

export interface MediaPeerEvents {
  consumerClosed: [event: { consumerId: ConsumerId; producerId: ProducerId }];
  consumerPausedChanged: [event: { consumerId: ConsumerId; producerPaused: boolean }];
  /** A producer has ended, with its transport or by request; not for one that a newer one of its source replaces. */
  producerClosed: [producerId: ProducerId];
  qualityChanged: [quality: ConnectionQuality];
  /** Of one of its transports: connected is ICE and DTLS; disconnected may come back; closed will not. */
  connectionChanged: [state: 'connected' | 'disconnected' | 'closed'];
  /** Round trip from the publisher in ms, from RTCP. */
  closed: [reason: string];
}

/** One participant's transports, producers and consumers. Ids that are not this peer's are NOT_FOUND; what mediasoup refuses is BAD_REQUEST. */
export interface MediaPeer extends EventEmitter<MediaPeerEvents> {
  createTransport(direction: 'send' | 'receive'): Promise<{
    id: TransportId;
    iceParameters: types.IceParameters;
    iceCandidates: types.IceCandidate[];
    dtlsParameters: types.DtlsParameters;
  }>;
  connectTransport(id: TransportId, dtlsParameters: types.DtlsParameters): Promise<void>;
  restartIce(id: TransportId): Promise<types.IceParameters>;
  /** A second producer of the same source replaces the first. */
  produce(options: {
    transportId: TransportId;
    source: PublishSource;
    kind: 'audio' | 'video';
    rtpParameters: types.RtpParameters;
    paused: boolean;
    /** Height of the captured picture, px: tells how large each simulcast layer is. Default: 720 for a camera, 1080 for a screen. */
    videoHeight?: number | undefined;
  }): Promise<ProducerId>;
  setProducerPaused(id: ProducerId, paused: boolean): Promise<void>;
  closeProducer(id: ProducerId): void;
  /** Starts paused. A second consumer of the same producer replaces the first, so a peer never has more than there are producers. */
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
  /** Simulcast layer by shown size; bandwidth lowers it by itself. */
  setConsumerSize(id: ConsumerId, size: { width: number; height: number }): Promise<void>;
  closeConsumer(id: ConsumerId): void;
  /** To this participant, so far. */
  bytesSent(): Promise<number>;
  /** Closes transports, producers and consumers (page reload), the peer stays. */
  resetMedia(reason: string): void;
  close(reason: string): void;
}
