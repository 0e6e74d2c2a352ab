import { EventEmitter } from 'node:events';
import { LianmaiError, type SfuFeedTrack, type ParticipantId, type ProducerId, type PublishSource } from '@lianmai/protocol';
import type { types } from 'mediasoup';
import { inputParameters } from './codecs.js';
import type { MediaInput, MediaInputEvents } from './contract.js';
import { PublishedTrack } from './PublishedTrack.js';
import { mapSfuErrors } from './mapSfuErrors.js';
import type { RoomRouter } from './RoomRouter.js';

export interface PlainInputOptions {
  participantId: ParticipantId;
  router: RoomRouter;
  /** The bridge's address. Packets from any other are dropped. */
  from: { ip: string; port: number };
  /** Network interface for bridges on other machines. */
  listenIp: string;
  /** Address that those bridges connect to. */
  announcedIp: string;
  /** All published tracks of the room. */
  publishedTracks: Map<ProducerId, PublishedTrack>;
}

/** Large enough for a key frame that arrives all at once. */
const RECEIVE_BUFFER_BYTES = 4 << 20;
/** A copied stream has key frames at fixed intervals, so frequent requests are useless. */
const KEY_FRAME_REQUEST_DELAY_MS = 300;

/** A stream's tracks as a participant's: plain RTP from the bridge, on a single port. */
export class PlainInput extends EventEmitter<MediaInputEvents> implements MediaInput {
  readonly rtp: { ip: string; port: number };
  readonly #options: PlainInputOptions;
  readonly #transport: types.PlainTransport;
  readonly #own = new Map<PublishSource, PublishedTrack>();
  #isClosed = false;

  private constructor(options: PlainInputOptions, transport: types.PlainTransport) {
    super();
    this.#options = options;
    this.#transport = transport;
    const { localAddress, localPort } = transport.tuple;
    const isLocal = localAddress.startsWith('127.') || localAddress === '::1';
    this.rtp = { ip: isLocal ? localAddress : options.announcedIp, port: localPort };
    options.router.peers.add(options.participantId);
    transport.observer.once('close', () => this.close('the transport is closed'));
  }

  static async open(options: PlainInputOptions): Promise<PlainInput> {
    const { router, from, listenIp } = options;
    const ip = from.ip.startsWith('127.') || from.ip === '::1' ? from.ip : listenIp;
    const transport = await router.mediasoupRouter.createPlainTransport({
      listenInfo: { protocol: 'udp', ip, portRange: router.plainPorts, recvBufferSize: RECEIVE_BUFFER_BYTES },
      rtcpMux: true,
      comedia: false,
    });
    try {
      await transport.connect({ ip: from.ip, port: from.port });
      return new PlainInput(options, transport);
    } catch (error) {
      transport.close();
      throw error;
    }
  }

  async produce(source: PublishSource, track: SfuFeedTrack): Promise<ProducerId> {
    const { participantId, router, publishedTracks } = this.#options;
    const { kind } = track;
    const options = {
      kind,
      rtpParameters: inputParameters(track),
      ...(kind === 'video' && { keyFrameRequestDelay: KEY_FRAME_REQUEST_DELAY_MS }),
    };
    const producer = await mapSfuErrors(this.#transport.produce(options));
    const publishedTrack = new PublishedTrack({ participantId, source, router, producer, videoHeightPx: undefined });
    const replaced = this.#own.get(source);
    this.#own.set(source, publishedTrack);
    publishedTracks.set(publishedTrack.id, publishedTrack);
    replaced?.producer.close();
    producer.observer.once('close', () => publishedTracks.delete(publishedTrack.id));
    if (source === 'microphone') await mapSfuErrors(router.observe(publishedTrack));
    return publishedTrack.id;
  }

  async setPaused(id: ProducerId, paused: boolean): Promise<void> {
    const publishedTrack = [...this.#own.values()].find((one) => one.id === id);
    if (!publishedTrack) throw new LianmaiError('NOT_FOUND', { producerId: id });
    await mapSfuErrors(paused ? publishedTrack.producer.pause() : publishedTrack.producer.resume());
  }

  close(reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#transport.close();
    this.#options.router.peers.delete(this.#options.participantId);
    this.emit('closed', reason);
  }
}
