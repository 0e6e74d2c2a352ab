import type { ParticipantId, ParticipantInfo } from '@lianmai/protocol';
import { Device, type types } from 'mediasoup-client';
import type { JoinReply } from '../RoomConnection';
import type { Request } from '../SignallingSocket';
import * as json from './mediasoupJson';
import { SfuTransports } from './SfuTransports';
import { Publisher, type PublisherOptions } from './Publisher';
import { Subscriber, type SubscriberOptions } from './Subscriber';

interface MediaConnectionOptions extends Omit<PublisherOptions, 'request'>, Omit<SubscriberOptions, 'request'> {
  request: Request;
  /** Signalling works at the moment. */
  isOnline: () => boolean;
  onBlocked: (isBlocked: boolean) => void;
  onDisconnected: () => void;
  /** Media that was arriving has stopped, and another path is being looked for; or it arrives again. */
  onInterrupted: (isInterrupted: boolean) => void;
  /** The transports are gone and cannot be replaced before the next join. */
  onLost(): void;
}

/** The media of a stay: one generation of transports after another, and what we publish and receive over them. */
export class MediaConnection {
  readonly publisher: Publisher;
  readonly subscriber: Subscriber;
  readonly #options: MediaConnectionOptions;
  /** Created first, because detecting what the browser supports takes some 50 ms. */
  #device: Promise<Device> = Device.factory();
  #loadedWith = '';
  #joined: JoinReply | null = null;
  #transports: SfuTransports | null = null;
  #mayPublish = false;
  #others: readonly ParticipantInfo[] = [];

  constructor(options: MediaConnectionOptions) {
    this.#options = options;
    this.#device.catch(() => undefined);
    this.publisher = new Publisher(options);
    this.subscriber = new Subscriber(options);
  }

  /** Keeps the transports after a join if both sides still have them, otherwise creates new ones. */
  joined(reply: JoinReply): void {
    const { participantId, snapshot } = reply;
    this.#joined = reply;
    this.#place(snapshot.participants, participantId);
    if (!this.#transports || !reply.mediaKept) return this.rebuild();
    void this.#transports.restartIce();
    this.publisher.reconcile(snapshot.participants.find(({ id }) => id === participantId)?.producers ?? []);
    this.#follow();
  }

  /** Follows the room: what others publish, and whether we may publish. */
  participantsChanged(participants: readonly ParticipantInfo[], selfId: ParticipantId | null): void {
    this.#place(participants, selfId);
    this.#follow();
  }

  /** Creates new transports, and publishes and receives everything again without a click. */
  rebuild(): void {
    if (!this.#joined) return;
    const { routerRtpCapabilities, iceServers } = this.#joined;
    const { request, isOnline, onBlocked, onDisconnected, onInterrupted } = this.#options;
    this.#transports?.close();
    onBlocked(false);
    const transports: SfuTransports = new SfuTransports({
      device: this.#load(json.rtpCapabilities(routerRtpCapabilities)),
      request,
      iceServers: iceServers.map(json.iceServer),
      isOnline,
      onBlocked,
      onDisconnected,
      onInterrupted,
      isExpected: (direction) => (direction === 'send' ? this.publisher.isSendingVideo : this.subscriber.isReceiving),
      onReceivingReplaced: () => this.#receiveAgain(transports),
      onReceived: (stats) => this.subscriber.limit(stats),
      onDead: () => this.#replace(transports),
    });
    this.#transports = transports;
    transports.warm(this.#mayPublish ? ['receive', 'send'] : ['receive']);
    this.subscriber.attach(transports);
    this.publisher.attach(transports);
    this.#follow();
  }

  close(): void {
    this.#joined = null;
    this.publisher.close();
    this.subscriber.close();
    this.#transports?.close();
    this.#transports = null;
  }

  #place(participants: readonly ParticipantInfo[], selfId: ParticipantId | null): void {
    this.#mayPublish = participants.some(({ id, onStage, isBackstage }) => id === selfId && (onStage || isBackstage));
    this.#others = participants.filter(({ id }) => id !== selfId);
  }

  #follow(): void {
    this.publisher.setMayPublish(this.#mayPublish);
    this.subscriber.sync(this.#others);
  }

  #receiveAgain(transports: SfuTransports): void {
    if (transports !== this.#transports) return;
    this.subscriber.attach(transports);
    this.#follow();
  }

  #replace(dead: SfuTransports): void {
    if (dead !== this.#transports) return;
    if (this.#options.isOnline()) return this.rebuild();
    dead.close();
    this.#transports = null;
    this.#options.onLost();
  }

  /** A device can be loaded only once. A server that comes back with other codecs needs a new one. */
  #load(routerRtpCapabilities: types.RtpCapabilities): Promise<Device> {
    const wanted = JSON.stringify(routerRtpCapabilities);
    if (wanted === this.#loadedWith) return this.#device;
    const fresh = this.#loadedWith === '' ? this.#device : Device.factory();
    this.#loadedWith = wanted;
    this.#device = fresh.then(async (device) => {
      await device.load({ routerRtpCapabilities });
      return device;
    });
    this.#device.catch(() => undefined);
    return this.#device;
  }
}
