import { EventEmitter } from 'node:events';
import { LianmaiError, RtpTrack, type SourceId } from '@lianmai/protocol';
import type { types } from 'mediasoup';
import { tapCapabilities } from './codecs.js';
import { BestLayer } from './BestLayer.js';
import type { Tap, TapEvents } from './contract.js';
import type { PublishedTrack } from './PublishedTrack.js';
import { mediaClosed } from './mapSfuErrors.js';
import { Subscription } from './Subscription.js';

export interface TapTarget {
  ip: string;
  port: number;
  sourceId: SourceId;
}

const LAYER_CHECK_MS = 1000;

/** Sends a producer to the bridge as plain RTP, with RTCP on the same port, from the producer's own worker. */
export class ProducerTap extends EventEmitter<TapEvents> implements Tap {
  readonly track: RtpTrack;
  readonly #subscription: Subscription;
  readonly #transport: types.PlainTransport;
  #following: NodeJS.Timeout | undefined;
  #isStarted = false;
  #isShown = true;
  #isClosed = false;

  private constructor(subscription: Subscription, transport: types.PlainTransport, track: RtpTrack) {
    super();
    this.#subscription = subscription;
    this.#transport = transport;
    this.track = track;
    subscription.consumer.on('producerclose', () => this.close('the producer is closed'));
    transport.observer.once('close', () => this.close('the transport is closed'));
  }

  /** `listenIp` is the interface for bridges on other machines. A bridge on this machine is reached over loopback. */
  static async open(publishedTrack: PublishedTrack, target: TapTarget, listenIp: string): Promise<ProducerTap> {
    const { router, producer } = publishedTrack;
    const transport = await router.mediasoupRouter.createPlainTransport({
      listenInfo: { protocol: 'udp', ip: isLoopback(target.ip) ? target.ip : listenIp, portRange: router.plainPorts },
      rtcpMux: true,
      comedia: false,
    });
    try {
      await transport.connect({ ip: target.ip, port: target.port });
      const consumer = await transport.consume({ producerId: producer.id, rtpCapabilities: tapCapabilities(), paused: true });
      if (publishedTrack.rttMs === null) await publishedTrack.measure();
      if (consumer.closed || transport.closed) throw mediaClosed();
      return new ProducerTap(new Subscription(consumer, publishedTrack), transport, describe(consumer, publishedTrack, target.sourceId));
    } catch (error) {
      transport.close();
      throw error;
    }
  }

  async resume(): Promise<void> {
    this.#isStarted = true;
    await this.#apply();
    await this.requestKeyFrame();
  }

  async requestKeyFrame(): Promise<void> {
    const { consumer } = this.#subscription;
    if (this.#isClosed || consumer.kind !== 'video' || consumer.paused) return;
    await unlessClosed(consumer.requestKeyFrame());
  }

  async setSize(size: { width: number; height: number } | null): Promise<void> {
    this.#isShown = size !== null;
    if (size && !this.#isClosed) await unlessClosed(this.#subscription.setShownHeight(size.height));
    await this.#apply();
  }

  followBestLayer(): void {
    const { consumer, publishedTrack } = this.#subscription;
    if (this.#isClosed || consumer.type !== 'simulcast') return;
    const choice = new BestLayer(publishedTrack.producer);
    this.#following ??= setInterval(() => void unlessClosed(choice.apply(consumer)), LAYER_CHECK_MS);
  }

  close(reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#following);
    this.#transport.close();
    this.emit('closed', reason);
  }

  async #apply(): Promise<void> {
    const { consumer } = this.#subscription;
    const isWanted = this.#isStarted && this.#isShown;
    if (this.#isClosed || consumer.paused === !isWanted) return;
    await unlessClosed(isWanted ? consumer.resume() : consumer.pause());
  }
}

/** A tap that closes in the meantime reports it by its event, so the pending call stays silent. */
async function unlessClosed(work: Promise<void>): Promise<void> {
  await work.catch(() => undefined);
}

const isLoopback = (ip: string): boolean => ip.startsWith('127.') || ip === '::1';

function describe(consumer: types.Consumer, publishedTrack: PublishedTrack, sourceId: SourceId): RtpTrack {
  const codec = consumer.rtpParameters.codecs[0];
  const name = codec?.mimeType.split('/')[1] ?? '';
  const parsed = RtpTrack.safeParse({
    sourceId,
    trackId: consumer.id,
    kind: consumer.kind,
    codec: consumer.kind === 'audio' ? name.toLowerCase() : name.toUpperCase(),
    ssrc: consumer.rtpParameters.encodings?.[0]?.ssrc,
    payloadType: codec?.payloadType,
    clockRate: codec?.clockRate,
    channels: codec?.channels ?? 2,
    rttMs: publishedTrack.rttMs,
  });
  if (!parsed.success)
    throw new LianmaiError('UNSUPPORTED', { codec: name }, { message: `The program cannot show ${name}. Publish VP8, VP9, H264 or Opus.` });
  return parsed.data;
}
