import {
  toLianmaiError,
  type ConsumerId,
  type EventData,
  type ParticipantId,
  type ParticipantInfo,
  type ProducerId,
  type PublishSource,
} from '@lianmai/protocol';
import type { types } from 'mediasoup-client';
import type { Request } from '../SignallingSocket';
import type { ConsumeReply, SfuTransports } from './SfuTransports';
import { DownlinkLimiter } from './DownlinkLimiter';
import { RemoteAudioPlayer } from './RemoteAudioPlayer';
import { TileSizeDebouncer, type TileSize } from './TileSizeDebouncer';

/** Delay before asking again for a consumer that failed for a passing reason. */
const RETRY_MS = 1000;

interface Origin {
  participantId: ParticipantId;
  source: PublishSource;
}

interface Subscription extends Origin {
  consumerId: ConsumerId;
  producerId: ProducerId;
  consumer: types.Consumer;
}

export interface SubscriberOptions {
  request: Request;
  /** null: no longer received. */
  onTrack(participantId: ParticipantId, source: PublishSource, track: MediaStreamTrack | null): void;
  onSoundBlocked: (isBlocked: boolean) => void;
}

const keyOf = ({ participantId, source }: Origin) => `${participantId}:${source}`;

/** Receives what others publish: one consumer per producer, kept in line with the room's state. */
export class Subscriber {
  readonly #options: SubscriberOptions;
  readonly #output: RemoteAudioPlayer;
  readonly #sizes = new TileSizeDebouncer((key, size) => this.#applySize(key, size));
  readonly #subscriptions = new Map<ProducerId, Subscription>();
  /** Requested, so that two announcements create only one consumer. */
  readonly #pending = new Set<ProducerId>();
  /** Closed by the server before our half was ready. */
  readonly #closedEarly = new Set<ConsumerId>();
  /** Refused for as long as it is offered. Asking again would be refused again. */
  readonly #refused = new Set<ProducerId>();
  readonly #shown = new Map<string, Origin>();
  #wanted = new Map<ProducerId, Origin & { paused: boolean }>();
  #transports: SfuTransports | null = null;
  #limiter = new DownlinkLimiter();
  /** The tallest picture to ask for, px; null: no limit. */
  #tallestPx: number | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SubscriberOptions) {
    this.#options = options;
    this.#output = new RemoteAudioPlayer(options.onSoundBlocked);
  }

  /** Whether anything that we receive is being sent: not paused, and not a picture that nobody sees here. */
  get isReceiving(): boolean {
    return [...this.#subscriptions].some(
      ([id, subscription]) => this.#wanted.get(id)?.paused === false && this.#sizes.get(keyOf(subscription)) !== null,
    );
  }

  /** Asks for everything again over new transports. The old pictures stay until the new ones arrive. */
  attach(transports: SfuTransports): void {
    this.#transports = transports;
    this.#limiter = new DownlinkLimiter();
    this.#tallestPx = null;
    this.#subscriptions.clear();
    this.#pending.clear();
    this.#closedEarly.clear();
    this.#refused.clear();
  }

  /** Matches the consumers to these people's producers. */
  sync(others: readonly ParticipantInfo[]): void {
    const origins = others.flatMap(({ id: participantId, producers }) =>
      producers.map(({ id, source, paused }) => [id, { participantId, source, paused }] as const),
    );
    this.#wanted = new Map(origins);
    // Somebody who was backstage may be on air by now.
    for (const id of this.#refused) if (!this.#wanted.has(id)) this.#refused.delete(id);
    for (const subscription of [...this.#subscriptions.values()]) {
      if (!this.#wanted.has(subscription.producerId)) this.#drop(subscription);
    }
    // Pictures from earlier transports no longer have a subscription.
    const keys = new Set(origins.map(([, origin]) => keyOf(origin)));
    for (const [key, origin] of [...this.#shown]) if (!keys.has(key)) this.#hide(origin);
    void this.#subscribeMissing();
  }

  consumerClosed({ consumerId, producerId }: EventData<'consumerClosed'>): void {
    const subscription = this.#subscriptions.get(producerId);
    if (subscription?.consumerId === consumerId) this.#drop(subscription);
    else if (this.#pending.has(producerId)) this.#closedEarly.add(consumerId);
  }

  setTileSize(participantId: ParticipantId, source: 'camera' | 'screen', size: TileSize | null): void {
    this.#sizes.set(keyOf({ participantId, source }), size);
  }

  /** Asks for smaller pictures while the network cannot carry those that are shown. Call it twice a second. */
  limit(stats: RTCStatsReport): void {
    const pictures = [...this.#subscriptions.values()].filter((each) => each.consumer.kind === 'video' && this.#sizes.get(keyOf(each)));
    const tallestPx = this.#limiter.update(stats, pictures.length);
    if (tallestPx === this.#tallestPx) return;
    const isLess = (tallestPx ?? Infinity) < (this.#tallestPx ?? Infinity);
    this.#tallestPx = tallestPx;
    for (const { consumerId, ...origin } of pictures) {
      this.#askForSize(consumerId, this.#sizes.get(keyOf(origin)));
      if (isLess) this.#startAfresh(consumerId);
    }
  }

  allowSound(): Promise<void> {
    return this.#output.allow();
  }

  close(): void {
    clearTimeout(this.#retry);
    this.#transports = null;
    this.#sizes.close();
    this.#output.close();
  }

  async #subscribeMissing(): Promise<void> {
    const transports = this.#transports;
    const missing = [...this.#wanted.keys()].filter(
      (id) => !this.#subscriptions.has(id) && !this.#pending.has(id) && !this.#refused.has(id),
    );
    if (!transports || missing.length === 0) return;
    for (const id of missing) this.#pending.add(id);
    const replies = await Promise.all(missing.map((id) => this.#ask(transports, id)));
    // All at once, so that the whole room takes one negotiation.
    await Promise.all(replies.filter((reply) => reply !== null).map((reply) => this.#receive(transports, reply)));
    if (transports === this.#transports) for (const id of missing) this.#pending.delete(id);
  }

  async #ask(transports: SfuTransports, producerId: ProducerId): Promise<ConsumeReply | null> {
    try {
      return await transports.consume(producerId);
    } catch (error) {
      if (transports !== this.#transports) return null;
      // NOT_FOUND: the owner has already closed it. UNSUPPORTED: this browser cannot play it. Neither will change.
      if (toLianmaiError(error).retry) this.#retrySoon();
      else this.#refused.add(producerId);
      return null;
    }
  }

  async #receive(transports: SfuTransports, reply: ConsumeReply): Promise<void> {
    try {
      // Opened in parallel with our half: the server asks for a key frame as soon as the transport is connected.
      const size = this.#sizes.get(keyOf(reply));
      const opened = size === null ? undefined : this.#open(transports, reply, size);
      const consumer = await transports.receive(reply);
      await opened;
      this.#accept(transports, { ...reply, consumer });
    } catch {
      if (transports === this.#transports) this.#retrySoon();
    }
  }

  async #open(transports: SfuTransports, { consumerId, kind }: ConsumeReply, size: TileSize | undefined): Promise<void> {
    if (kind === 'video') this.#askForSize(consumerId, size);
    await transports.setConsumerPaused(consumerId, false);
  }

  #accept(transports: SfuTransports, subscription: Subscription): void {
    const { consumer, consumerId, producerId, participantId, source } = subscription;
    if (transports !== this.#transports) return;
    if (this.#closedEarly.delete(consumerId) || !this.#wanted.has(producerId)) return this.#closeOnBothSides(subscription);
    this.#subscriptions.set(producerId, subscription);
    this.#shown.set(keyOf(subscription), subscription);
    if (consumer.kind === 'audio') this.#output.play(keyOf(subscription), consumer.track);
    this.#options.onTrack(participantId, source, consumer.track);
  }

  #drop(subscription: Subscription): void {
    this.#subscriptions.delete(subscription.producerId);
    this.#closeOnBothSides(subscription);
    // A newer producer of the same source may already be playing.
    const isReplaced = [...this.#subscriptions.values()].some((other) => keyOf(other) === keyOf(subscription));
    if (!isReplaced) this.#hide(subscription);
  }

  #hide(origin: Origin): void {
    this.#shown.delete(keyOf(origin));
    this.#output.stop(keyOf(origin));
    this.#options.onTrack(origin.participantId, origin.source, null);
  }

  /** If the producer has ended, the server has already closed its half, and this request finds nothing. */
  #closeOnBothSides({ consumer, consumerId }: Subscription): void {
    consumer.close();
    void this.#options.request('closeConsumer', { consumerId }).catch(() => undefined);
  }

  #applySize(key: string, size: TileSize | null): void {
    const subscription = [...this.#subscriptions.values()].find((each) => keyOf(each) === key);
    if (!subscription) return;
    const { consumerId } = subscription;
    const { request } = this.#options;
    this.#askForSize(consumerId, size);
    void request('setConsumerPaused', { consumerId, paused: size === null }).catch(() => undefined);
  }

  #askForSize(consumerId: ConsumerId, size: TileSize | null | undefined): void {
    if (!size) return;
    const scale = Math.min(1, (this.#tallestPx ?? Infinity) / size.height);
    const asked = { consumerId, width: Math.max(1, Math.round(size.width * scale)), height: Math.max(1, Math.round(size.height * scale)) };
    void this.#options.request('setConsumerSize', asked).catch(() => undefined);
  }

  /** The SFU forgets what it would send again, so that the network is free for the key frame of the smaller picture. */
  #startAfresh(consumerId: ConsumerId): void {
    for (const paused of [true, false]) void this.#options.request('setConsumerPaused', { consumerId, paused }).catch(() => undefined);
  }

  #retrySoon(): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#subscribeMissing(), RETRY_MS);
  }
}
