import { LianmaiError, TransportId } from '@lianmai/protocol';
import type { types } from 'mediasoup';
import { announceCandidates } from './iceCandidates.js';
import { mediaClosed, mapSfuErrors } from './mapSfuErrors.js';
import type { RoomRouter } from './RoomRouter.js';

export type TransportDirection = 'send' | 'receive';
export type ConnectionState = 'connected' | 'disconnected' | 'closed';

export interface TransportSettings {
  announcedAddresses: readonly string[];
  maxIncomingKbps: number;
  /** Disconnects a client that has been silent for this long, s; default 45. */
  iceConsentTimeoutS?: number | undefined;
}

/** Initial bandwidth estimate: enough for 720p at once on an ordinary connection, and corrected within a second. */
const INITIAL_OUTGOING_BPS = 1_200_000;
/** A network may drop out for 20 s. The transport must survive that, so that an ICE restart finds it alive. */
const ICE_CONSENT_TIMEOUT_S = 45;

const isWebRtc = (transport: types.Transport): transport is types.WebRtcTransport => transport.type === 'webrtc';

/** A peer's transports: at most one to publish and one to receive. A new one replaces the old one of its direction. */
export class PeerTransports {
  readonly #router: RoomRouter;
  readonly #settings: TransportSettings;
  readonly #onConnection: (state: ConnectionState) => void;
  readonly #byDirection = new Map<TransportDirection, types.Transport>();
  #isClosed = false;
  /** Counts resets, so that a transport requested before a reset does not outlive it. */
  #epoch = 0;

  constructor(router: RoomRouter, settings: TransportSettings, onConnection: (state: ConnectionState) => void = () => undefined) {
    this.#router = router;
    this.#settings = settings;
    this.#onConnection = onConnection;
  }

  get isDisconnected(): boolean {
    return [...this.#byDirection.values()].some((transport) => isWebRtc(transport) && transport.iceState === 'disconnected');
  }

  async create(direction: TransportDirection) {
    const epoch = this.#epoch;
    const transport = await this.#router.mediasoupRouter.createWebRtcTransport({
      webRtcServer: this.#router.worker.webRtcServer,
      enableUdp: true,
      enableTcp: true,
      preferUdp: true,
      iceConsentTimeout: this.#settings.iceConsentTimeoutS ?? ICE_CONSENT_TIMEOUT_S,
      initialAvailableOutgoingBitrate: INITIAL_OUTGOING_BPS,
    });
    try {
      if (direction === 'send') await transport.setMaxIncomingBitrate(this.#settings.maxIncomingKbps * 1000);
      if (this.#isClosed || transport.closed || epoch !== this.#epoch) throw mediaClosed();
    } catch (error) {
      transport.close();
      throw error;
    }
    this.adopt(direction, transport);
    this.#watch(transport);
    const { iceParameters, dtlsParameters } = transport;
    const iceCandidates = announceCandidates(transport.iceCandidates, this.#settings.announcedAddresses);
    return { id: TransportId.parse(transport.id), iceParameters, iceCandidates, dtlsParameters };
  }

  /** Takes over a transport of another kind that was made on this peer's router. */
  adopt(direction: TransportDirection, transport: types.Transport): TransportId {
    this.#byDirection.get(direction)?.close();
    this.#byDirection.set(direction, transport);
    return TransportId.parse(transport.id);
  }

  async connect(id: TransportId, dtlsParameters: types.DtlsParameters): Promise<void> {
    await mapSfuErrors(this.#findWebRtc(id).connect({ dtlsParameters }));
  }

  restartIce(id: TransportId): Promise<types.IceParameters> {
    return mapSfuErrors(this.#findWebRtc(id).restartIce());
  }

  /** Total over all transports, including RTCP and retransmissions. Costs one request to the worker per transport. */
  async bytesSent(): Promise<number> {
    const stats = await Promise.all([...this.#byDirection.values()].filter(isWebRtc).map((transport) => transport.getStats()));
    return stats.flat().reduce((sum, { bytesSent }) => sum + bytesSent, 0);
  }

  /** Throws NOT_FOUND unless this peer owns the transport, and BAD_REQUEST if it is for the other direction. */
  get(id: TransportId, direction: TransportDirection): types.Transport {
    const transport = this.#find(id);
    if (this.#byDirection.get(direction) === transport) return transport;
    throw new LianmaiError('BAD_REQUEST', undefined, { message: `transportId: expected the transport to ${direction}` });
  }

  reset(): void {
    this.#epoch += 1;
    for (const transport of this.#byDirection.values()) transport.close();
    this.#byDirection.clear();
  }

  close(): void {
    this.#isClosed = true;
    this.reset();
  }

  #watch(transport: types.WebRtcTransport): void {
    const tell = () => {
      const { iceState, dtlsState } = transport;
      if (dtlsState === 'failed' || dtlsState === 'closed') this.#onConnection('closed');
      else if (iceState === 'disconnected') this.#onConnection('disconnected');
      else if (dtlsState === 'connected') this.#onConnection('connected');
    };
    transport.on('icestatechange', tell);
    transport.on('dtlsstatechange', tell);
  }

  #findWebRtc(id: TransportId): types.WebRtcTransport {
    const transport = this.#find(id);
    if (isWebRtc(transport)) return transport;
    throw new LianmaiError('NOT_FOUND', { transportId: id });
  }

  #find(id: TransportId): types.Transport {
    for (const transport of this.#byDirection.values()) if (transport.id === id) return transport;
    throw new LianmaiError('NOT_FOUND', { transportId: id });
  }
}
