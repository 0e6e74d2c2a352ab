import { EventEmitter } from 'node:events';
import { LianmaiError, type SfuFeedTrack, type ParticipantId, type ProducerId, type PublishSource } from '@lianmai/protocol';
import type { types } from 'mediasoup';
import { inputParameters } from './codecs.js';
import type { MediaInput, MediaInputEvents } from './contract.js';
import { Publication } from './PublishedTrack.js';
import { refusing } from './mapSfuErrors.js';
import type { RoomRouter } from './RoomRouter.js';

export interface PlainInputOptions {
  participantId: ParticipantId;
  home: RoomRouter;
  /** The bridge's own address: nobody else's packets are taken. */
  from: { ip: string; port: number };
  /** Interface towards bridges on other machines. */
  listenIp: string;
  /** How they reach it. */
  announcedIp: string;
  /** All published tracks of the room. */
  publications: Map<ProducerId, Publication>;
}

/** A key frame that comes at once must fit. */
const RECEIVE_BUFFER_BYTES = 4 << 20;
/** A stream that is copied has its key frames when it has them. */
const KEY_FRAME_REQUEST_DELAY_MS = 300;

/** A stream's tracks as a participant of a room: plain RTP from the bridge, on one port. */
export class PlainInput extends EventEmitter<MediaInputEvents> implements MediaInput {
  readonly rtp: { ip: string; port: number };
  readonly #options: PlainInputOptions;
  readonly #transport: types.PlainTransport;
  readonly #own = new Map<PublishSource, Publication>();
  #isClosed = false;

  private constructor(options: PlainInputOptions, transport: types.PlainTransport) {
    super();
    this.#options = options;
    this.#transport = transport;
    const { localAddress, localPort } = transport.tuple;
    const isLocal = localAddress.startsWith('127.') || localAddress === '::1';
    this.rtp = { ip: isLocal ? localAddress : options.announcedIp, port: localPort };
    options.home.peers.add(options.participantId);
    transport.observer.once('close', () => this.close('the transport is closed'));
  }

  static async open(options: PlainInputOptions): Promise<PlainInput> {
    const { home, from, listenIp } = options;
    const ip = from.ip.startsWith('127.') || from.ip === '::1' ? from.ip : listenIp;
    const transport = await home.router.createPlainTransport({
      listenInfo: { protocol: 'udp', ip, portRange: home.plainPorts, recvBufferSize: RECEIVE_BUFFER_BYTES },
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
    const { participantId, home, publications } = this.#options;
    const { kind } = track;
    const options = {
      kind,
      rtpParameters: inputParameters(track),
      ...(kind === 'video' && { keyFrameRequestDelay: KEY_FRAME_REQUEST_DELAY_MS }),
    };
    const producer = await refusing(this.#transport.produce(options));
    const publication = new Publication({ participantId, source, home, producer, videoHeightPx: undefined });
    const replaced = this.#own.get(source);
    this.#own.set(source, publication);
    publications.set(publication.id, publication);
    replaced?.producer.close();
    producer.observer.once('close', () => publications.delete(publication.id));
    if (source === 'microphone') await refusing(home.observe(publication));
    return publication.id;
  }

  async setPaused(id: ProducerId, paused: boolean): Promise<void> {
    const publication = [...this.#own.values()].find((one) => one.id === id);
    if (!publication) throw new LianmaiError('NOT_FOUND', { producerId: id });
    await refusing(paused ? publication.producer.pause() : publication.producer.resume());
  }

  close(reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#transport.close();
    this.#options.home.peers.delete(this.#options.participantId);
    this.emit('closed', reason);
  }
}
