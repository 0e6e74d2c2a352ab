import { ProducerId, type ParticipantId, type PublishSource } from '@lianmai/protocol';
import type { types } from 'mediasoup';
import { LossReporter } from './LossReporter.js';
import { ladderOf, type LayerLadder } from './layers.js';
import type { RoomRouter } from './RoomRouter.js';

export interface PublishedTrackOptions {
  participantId: ParticipantId;
  source: PublishSource;
  router: RoomRouter;
  producer: types.Producer;
  videoHeightPx: number | undefined;
}

/** A published track: the producer on its home router, with the information needed to consume it. */
export class PublishedTrack {
  readonly id: ProducerId;
  readonly participantId: ParticipantId;
  readonly source: PublishSource;
  readonly router: RoomRouter;
  readonly producer: types.Producer;
  readonly ladder: LayerLadder;
  /** null where the encoder adds no error correction: pictures, and sound from the bridge. */
  readonly lossReporter: LossReporter | null;
  /** On this process's monotonic clock. */
  readonly sinceMs = performance.now();
  /** Round trip time to the publisher at the last sample, ms. */
  rttMs: number | null = null;
  /** Packet loss on the way here in the last report, 0-1. */
  loss: number | null = null;

  constructor({ participantId, source, router, producer, videoHeightPx }: PublishedTrackOptions) {
    this.id = ProducerId.parse(producer.id);
    this.participantId = participantId;
    this.source = source;
    this.router = router;
    this.producer = producer;
    const hasFec = producer.rtpParameters.codecs.some(({ parameters }) => parameters?.['useinbandfec'] === 1);
    this.lossReporter = hasFec ? new LossReporter(producer, router.mediasoupRouter) : null;
    this.ladder = ladderOf(producer.rtpParameters.encodings ?? [], source, videoHeightPx);
  }

  /** Best score of all layers, 0-10, since layers that are not sent score 0; null if unknown. */
  get score(): number | null {
    const scores = this.producer.score.map(({ score }) => score);
    return this.producer.paused || scores.length === 0 ? null : Math.max(...scores);
  }

  /** Costs one request to the worker. */
  async measure(): Promise<void> {
    const stats = await this.producer.getStats();
    const trips = stats.flatMap(({ roundTripTime }) => (roundTripTime ? [roundTripTime] : []));
    this.rttMs = trips.length > 0 ? Math.max(...trips) : null;
    // RFC 3550 6.4.1: loss as a fraction of 256.
    const losses = stats.filter(({ bitrate }) => bitrate > 0).map(({ fractionLost }) => fractionLost / 256);
    this.loss = losses.length > 0 ? Math.max(...losses) : null;
  }
}
