import { EventEmitter } from 'node:events';
import { SerialQueue } from '@lianmai/kit';
import { KIND_OF_SOURCE, type ProducerId } from '@lianmai/protocol';
import {
  LianmaiError,
  type ConnectionQuality,
  type ConsumerId,
  type ParticipantId,
  type PublishSource,
  type TransportId,
} from '@lianmai/protocol';
import type { types } from 'mediasoup';
import type { MediaPeer, MediaPeerEvents } from './contract.js';
import { PeerTransports, type TransportDirection, type TransportSettings } from './PeerTransports.js';
import { PublishedTrack } from './PublishedTrack.js';
import { gradeOf, QualityMeter } from './quality.js';
import { mediaClosed, mapSfuErrors } from './mapSfuErrors.js';
import type { RoomRouter } from './RoomRouter.js';
import { Subscription } from './Subscription.js';

type ProduceOptions = Parameters<MediaPeer['produce']>[0];
type ConsumeOptions = Parameters<MediaPeer['consume']>[0];

export interface SfuPeerOptions {
  participantId: ParticipantId;
  router: RoomRouter;
  settings: TransportSettings;
  /** All published tracks of the room. The peer adds and removes its own. */
  publishedTracks: Map<ProducerId, PublishedTrack>;
}

const MAX_ENCODINGS = 4;
/** Merges the requests of many viewers, yet keeps a new decoder's wait short. */
const KEY_FRAME_REQUEST_DELAY_MS = 200;
/** A producer that has not sent anything yet does not mean a bad connection. */
const SETTLE_MS = 5000;

/** One participant's media on one worker. */
export class SfuPeer extends EventEmitter<MediaPeerEvents> implements MediaPeer {
  readonly participantId: ParticipantId;
  readonly router: RoomRouter;
  readonly #publishedTracks: Map<ProducerId, PublishedTrack>;
  readonly transports: PeerTransports;
  readonly #own = new Map<PublishSource, PublishedTrack>();
  readonly #subscriptions = new Map<ConsumerId, Subscription>();
  readonly #meter = new QualityMeter();
  /** Publish requests run one at a time, so that "the second replaces the first" is well defined. */
  readonly #publishing = new SerialQueue();
  #isClosed = false;

  constructor({ participantId, router, settings, publishedTracks }: SfuPeerOptions) {
    super();
    this.participantId = participantId;
    this.router = router;
    this.#publishedTracks = publishedTracks;
    this.transports = new PeerTransports(router, settings, (state) => this.emit('connectionChanged', state));
    router.peers.add(participantId);
  }

  get quality(): ConnectionQuality {
    return this.#meter.quality;
  }

  async createTransport(direction: TransportDirection) {
    this.#assertOpen();
    return mapSfuErrors(this.transports.create(direction));
  }

  async connectTransport(id: TransportId, dtlsParameters: types.DtlsParameters): Promise<void> {
    await this.transports.connect(id, dtlsParameters);
  }

  async restartIce(id: TransportId): Promise<types.IceParameters> {
    return this.transports.restartIce(id);
  }

  bytesSent(): Promise<number> {
    return mapSfuErrors(this.transports.bytesSent());
  }

  async produce(options: ProduceOptions): Promise<ProducerId> {
    this.#assertOpen();
    if (KIND_OF_SOURCE[options.source] !== options.kind)
      throw new LianmaiError('BAD_REQUEST', undefined, {
        message: `kind: expected ${KIND_OF_SOURCE[options.source]} for ${options.source}`,
      });
    const encodings: unknown = options.rtpParameters.encodings;
    if (Array.isArray(encodings) && encodings.length > MAX_ENCODINGS) {
      throw new LianmaiError('BAD_REQUEST', undefined, { message: `rtpParameters.encodings: expected at most ${MAX_ENCODINGS} encodings` });
    }
    return this.#publishing.run(() => this.#produce(options));
  }

  async setProducerPaused(id: ProducerId, paused: boolean): Promise<void> {
    const { producer } = this.#publishedTrack(id);
    await mapSfuErrors(paused ? producer.pause() : producer.resume());
  }

  closeProducer(id: ProducerId): void {
    this.#publishedTrack(id).producer.close();
  }

  async consume({ transportId, producerId, rtpCapabilities }: ConsumeOptions) {
    this.#assertOpen();
    const transport = this.transports.get(transportId, 'receive');
    const publishedTrack = this.#publishedTracks.get(producerId);
    if (!publishedTrack) throw new LianmaiError('NOT_FOUND', { producerId });
    const localId = await mapSfuErrors(this.router.bring(publishedTrack));
    // Without enableRtx, mediasoup removes NACK from Opus, and lost sound is never sent again.
    const consumer = await mapSfuErrors(transport.consume({ producerId: localId, rtpCapabilities, paused: true, enableRtx: true }));
    if (consumer.closed || publishedTrack.producer.closed) throw new LianmaiError('NOT_FOUND', { producerId });
    for (const old of [...this.#subscriptions.values()]) if (old.publishedTrack === publishedTrack) old.consumer.close();
    const subscription = this.#subscribe(consumer, publishedTrack);
    const { participantId, source } = publishedTrack;
    const { kind, rtpParameters, producerPaused } = consumer;
    return { consumerId: subscription.id, producerId, participantId, source, kind, rtpParameters, producerPaused };
  }

  async setConsumerPaused(id: ConsumerId, paused: boolean): Promise<void> {
    const { consumer } = this.#subscription(id);
    await mapSfuErrors(paused ? consumer.pause() : consumer.resume());
  }

  async setConsumerSize(id: ConsumerId, { height }: { width: number; height: number }): Promise<void> {
    await mapSfuErrors(this.#subscription(id).setShownHeight(height));
  }

  closeConsumer(id: ConsumerId): void {
    this.#subscription(id).consumer.close();
  }

  closeConsumersOf(participantId: ParticipantId): void {
    for (const { id, consumer, publishedTrack } of [...this.#subscriptions.values()]) {
      if (publishedTrack.participantId !== participantId) continue;
      consumer.close();
      this.emit('consumerClosed', { consumerId: id, producerId: publishedTrack.id });
    }
  }

  /** Measures the connection and emits quality changes. Costs one worker request per publisher and none per viewer. */
  async sampleQuality(): Promise<void> {
    const own = [...this.#own.values()].filter(({ producer }) => !producer.paused);
    const probe = own.find(({ producer }) => producer.kind === 'video') ?? own[0];
    await probe?.measure().catch(() => undefined);
    if (this.#isClosed) return;
    const grade = gradeOf({
      isDisconnected: this.transports.isDisconnected,
      sentScore: lowest(own.filter(({ sinceMs }) => performance.now() - sinceMs > SETTLE_MS).map(({ score }) => score)),
      receivedScore: mean([...this.#subscriptions.values()].map(({ score }) => score)),
      rttMs: probe?.rttMs ?? null,
      loss: probe?.loss ?? null,
    });
    if (this.#meter.add(grade)) this.emit('qualityChanged', this.#meter.quality);
  }

  resetMedia(_reason: string): void {
    this.transports.reset();
  }

  close(reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.transports.close();
    this.router.peers.delete(this.participantId);
    this.emit('closed', reason);
  }

  async #produce({ transportId, source, kind, rtpParameters, paused, videoHeight }: ProduceOptions): Promise<ProducerId> {
    const transport = this.transports.get(transportId, 'send');
    const options = { kind, rtpParameters, paused, ...(kind === 'video' && { keyFrameRequestDelay: KEY_FRAME_REQUEST_DELAY_MS }) };
    const producer = await mapSfuErrors(
      transport.produce(options).catch((error: unknown) => {
        // The browser may reuse the m-line before it reports that the old track is gone.
        const old = this.#own.get(source);
        if (!old || transport.closed) throw error;
        old.producer.close();
        return transport.produce(options);
      }),
    );
    if (producer.closed) throw mediaClosed();
    const publishedTrack = new PublishedTrack({
      participantId: this.participantId,
      source,
      router: this.router,
      producer,
      videoHeightPx: videoHeight,
    });
    const replaced = this.#own.get(source);
    this.#own.set(source, publishedTrack);
    this.#publishedTracks.set(publishedTrack.id, publishedTrack);
    replaced?.producer.close();
    producer.observer.once('close', () => this.#afterProducerClose(publishedTrack));
    if (source === 'microphone') await mapSfuErrors(this.router.observe(publishedTrack));
    return publishedTrack.id;
  }

  #afterProducerClose(publishedTrack: PublishedTrack): void {
    this.#publishedTracks.delete(publishedTrack.id);
    // Ignore a track that has already been replaced.
    if (this.#own.get(publishedTrack.source) !== publishedTrack) return;
    this.#own.delete(publishedTrack.source);
    this.emit('producerClosed', publishedTrack.id);
  }

  #subscribe(consumer: types.Consumer, publishedTrack: PublishedTrack): Subscription {
    const subscription = new Subscription(consumer, publishedTrack);
    this.#subscriptions.set(subscription.id, subscription);
    this.router.consumers += 1;
    publishedTrack.lossReporter?.follow(consumer);
    consumer.observer.once('close', () => {
      this.#subscriptions.delete(subscription.id);
      this.router.consumers -= 1;
    });
    const event = { consumerId: subscription.id, producerId: publishedTrack.id };
    consumer.on('producerclose', () => this.emit('consumerClosed', event));
    consumer.on('producerpause', () => this.emit('consumerPausedChanged', { consumerId: subscription.id, producerPaused: true }));
    consumer.on('producerresume', () => this.emit('consumerPausedChanged', { consumerId: subscription.id, producerPaused: false }));
    return subscription;
  }

  #publishedTrack(id: ProducerId): PublishedTrack {
    const publishedTrack = this.#publishedTracks.get(id);
    if (publishedTrack?.participantId !== this.participantId) throw new LianmaiError('NOT_FOUND', { producerId: id });
    return publishedTrack;
  }

  #subscription(id: ConsumerId): Subscription {
    const subscription = this.#subscriptions.get(id);
    if (!subscription) throw new LianmaiError('NOT_FOUND', { consumerId: id });
    return subscription;
  }

  #assertOpen(): void {
    if (this.#isClosed) throw mediaClosed();
  }
}

const known = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);

function lowest(values: readonly (number | null)[]): number | null {
  const numbers = known(values);
  return numbers.length > 0 ? Math.min(...numbers) : null;
}

function mean(values: readonly (number | null)[]): number | null {
  const numbers = known(values);
  return numbers.length > 0 ? numbers.reduce((sum, value) => sum + value, 0) / numbers.length : null;
}
