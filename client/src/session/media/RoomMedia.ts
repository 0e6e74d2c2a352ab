import type { ParticipantId, ParticipantInfo } from '@lianmai/protocol';
import { Device, type types } from 'mediasoup-client';
import type { JoinReply } from '../Connection';
import type { Request } from '../Signalling';
import * as json from './mediasoupJson';
import { MediaLink } from './MediaLink';
import { Publisher, type PublisherOptions } from './Publisher';
import { Subscriber, type SubscriberOptions } from './Subscriber';

interface RoomMediaOptions extends Omit<PublisherOptions, 'request'>, Omit<SubscriberOptions, 'request'> {
  request: Request;
  /** Signalling works now. */
  isOnline: () => boolean;
  onBlocked: (isBlocked: boolean) => void;
  onDisconnected: () => void;
  /** The transports are gone and cannot be made anew before the next join. */
  onLost(): void;
}

/** The media of our stay: one generation of transports after the other, and what we publish and receive over them. */
export class RoomMedia {
  readonly publisher: Publisher;
  readonly subscriber: Subscriber;
  readonly #options: RoomMediaOptions;
  /** Asked for before anything else: finding out what the browser can takes some 50 ms. */
  #device: Promise<Device> = Device.factory();
  #loadedWith = '';
  #joined: JoinReply | null = null;
  #link: MediaLink | null = null;
  #isOnStage = false;
  #others: readonly ParticipantInfo[] = [];

  constructor(options: RoomMediaOptions) {
    this.#options = options;
    this.#device.catch(() => undefined);
    this.publisher = new Publisher(options);
    this.subscriber = new Subscriber(options);
  }

  /** After a join: keeps the transports if both sides still have them, else makes new ones. */
  joined(reply: JoinReply): void {
    const { participantId, snapshot } = reply;
    this.#joined = reply;
    this.#place(snapshot.participants, participantId);
    if (!this.#link || !reply.mediaKept) return this.rebuild();
    void this.#link.restartIce();
    this.publisher.reconcile(snapshot.participants.find(({ id }) => id === participantId)?.producers ?? []);
    this.#follow();
  }

  /** Follows the room: who publishes what, and whether we have a seat. */
  participantsChanged(participants: readonly ParticipantInfo[], selfId: ParticipantId | null): void {
    this.#place(participants, selfId);
    this.#follow();
  }

  /** New transports; what is open is published and what there is received again, without a click. */
  rebuild(): void {
    if (!this.#joined) return;
    const { routerRtpCapabilities, iceServers } = this.#joined;
    const { request, isOnline, onBlocked, onDisconnected } = this.#options;
    this.#link?.close();
    onBlocked(false);
    const link: MediaLink = new MediaLink({
      device: this.#load(json.rtpCapabilities(routerRtpCapabilities)),
      request,
      iceServers: iceServers.map(json.iceServer),
      isOnline,
      onBlocked,
      onDisconnected,
      onDead: () => this.#replace(link),
    });
    this.#link = link;
    link.warm(this.#isOnStage ? ['receive', 'send'] : ['receive']);
    this.subscriber.attach(link);
    this.publisher.attach(link);
    this.#follow();
  }

  close(): void {
    this.#joined = null;
    this.publisher.close();
    this.subscriber.close();
    this.#link?.close();
    this.#link = null;
  }

  #place(participants: readonly ParticipantInfo[], selfId: ParticipantId | null): void {
    this.#isOnStage = participants.some(({ id, onStage }) => id === selfId && onStage);
    this.#others = participants.filter(({ id }) => id !== selfId);
  }

  #follow(): void {
    this.publisher.setOnStage(this.#isOnStage);
    this.subscriber.sync(this.#others);
  }

  #replace(dead: MediaLink): void {
    if (dead !== this.#link) return;
    if (this.#options.isOnline()) return this.rebuild();
    dead.close();
    this.#link = null;
    this.#options.onLost();
  }

  /** A device can be loaded once; a server that came back with other codecs gets a new one. */
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
