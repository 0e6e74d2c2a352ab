import type { ConsumerId, ProducerId, PublishSource, RequestReply, TransportId } from '@lianmai/protocol';
import { LianmaiError } from '@lianmai/protocol';
import type { Device, types } from 'mediasoup-client';
import type { Request } from '../SignallingSocket';
import { IceMonitor } from './IceMonitor';
import { bytesReceived, LinkWatch, type TransportDirection } from './LinkWatch';
import { sendOptions } from './encodings';
import * as json from './mediasoupJson';
import { UplinkLimiter } from './UplinkLimiter';

type Transport = types.Transport<{ id: TransportId }>;
interface TransportLeg {
  transport: Transport;
  monitor: IceMonitor;
}

/** Passed through mediasoup-client to its `produce` event. */
interface ProduceData {
  source: PublishSource;
  isPaused: boolean;
  videoHeight: number | undefined;
}

/** How long a restarted transport gets until packets arrive. */
const SILENT_AFTER_MS = 1500;

/** An ICE restart gets this long to bring media back. */
const REPLACE_AFTER_MS = 700;
const PING_TIMEOUT_MS = 1000;

export type ConsumeReply = RequestReply<'consume'>;

interface SfuTransportsOptions {
  /** Loaded with the router's capabilities. */
  device: Promise<Device>;
  request: Request;
  iceServers: RTCIceServer[];
  isOnline: () => boolean;
  onBlocked: (isBlocked: boolean) => void;
  /** Media has stopped arriving. It may recover, or the socket may be dead too. */
  onDisconnected: () => void;
  /** Whether packets should be arriving on this transport. */
  isExpected: (direction: TransportDirection) => boolean;
  /** Media that was arriving has stopped, and another path is being looked for; or it arrives again. */
  onInterrupted: (isInterrupted: boolean) => void;
  /** The transport to receive on is a new one, and what was received must be asked for again. */
  onReceivingReplaced: () => void;
  /** Statistics of what arrives, twice a second. */
  onReceived: (stats: RTCStatsReport) => void;
  /** These transports cannot be repaired and must be replaced. */
  onDead: () => void;
}

/** One generation of transports to the SFU. Each is created on first use; the next generation is a new object. */
export class SfuTransports {
  readonly #options: SfuTransportsOptions;
  readonly #legs: Partial<Record<TransportDirection, Promise<TransportLeg>>> = {};
  readonly #created: Partial<Record<TransportDirection, TransportLeg>> = {};
  readonly #blocked = new Set<TransportDirection>();
  readonly #limiter = new UplinkLimiter();
  readonly #watch: LinkWatch;
  #isClosed = false;

  constructor(options: SfuTransportsOptions) {
    this.#options = options;
    this.#watch = new LinkWatch({
      transports: () => mapLegs(this.#created, ({ transport }) => transport),
      isExpected: options.isExpected,
      onSilent: (isSilent) => this.#setSilent(isSilent),
      onStats: (direction, stats) => {
        if (direction === 'send') void this.#limiter.update(stats).catch(() => undefined);
        else options.onReceived(stats);
      },
    });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Creates transports ahead of time. */
  warm(directions: readonly TransportDirection[]): void {
    for (const direction of directions) void this.#leg(direction).catch(() => undefined);
  }

  async produce(source: PublishSource, track: MediaStreamTrack, isPaused: boolean): Promise<types.Producer> {
    const { transport } = await this.#leg('send');
    const options = sendOptions(source, track);
    const encodings = options.encodings.map((encoding) => ({ ...encoding }));
    const producer = await transport.produce({
      track,
      ...options,
      // The track belongs to its opener: a preview may outlive the publication.
      stopTracks: false,
      appData: { source, isPaused, videoHeight: track.kind === 'video' ? track.getSettings().height : undefined },
    });
    if (isPaused) producer.pause();
    this.#limiter.add(source, producer, encodings);
    return producer;
  }

  /** Asks the server for a consumer. `receive` then creates the local half. */
  async consume(producerId: ProducerId): Promise<ConsumeReply> {
    const [{ transport }, device] = await Promise.all([this.#leg('receive'), this.#options.device]);
    const { id: transportId } = transport.appData;
    return this.#options.request('consume', { transportId, producerId, rtpCapabilities: { ...device.recvRtpCapabilities } });
  }

  /** Calls in the same turn share one negotiation. */
  async receive(reply: ConsumeReply): Promise<types.Consumer> {
    const { transport } = await this.#leg('receive');
    const { consumerId, producerId, kind, participantId, source } = reply;
    // Tracks of one MediaStream play in sync: camera with microphone, screen with its sound.
    const group = source === 'screen' || source === 'screenAudio' ? 'screen' : 'person';
    return transport.consume({
      id: consumerId,
      producerId,
      kind,
      rtpParameters: json.rtpParameters(reply.rtpParameters),
      streamId: `${participantId}-${group}`,
    });
  }

  setConsumerPaused(consumerId: ConsumerId, paused: boolean): Promise<unknown> {
    return this.#options.request('setConsumerPaused', { consumerId, paused });
  }

  /**
   * After a lost socket, the network may be a different one. The socket is often back before the browser's ICE knows the new address, and
   * the first restart then gathers the old ones, so a transport that stays silent is restarted once more.
   */
  async restartIce(): Promise<void> {
    await Promise.allSettled(
      Object.values(this.#legs).map(async (created) => {
        const leg = await created;
        await this.#restart(leg);
        if (await this.#isSilent(leg)) await this.#restart(leg);
      }),
    );
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#watch.close();
    this.#options.onInterrupted(false);
    for (const leg of Object.values(this.#legs)) void leg.then(closeLeg, () => undefined);
  }

  #leg(direction: TransportDirection): Promise<TransportLeg> {
    const existing = this.#legs[direction];
    if (existing) return existing;
    const leg = this.#createLeg(direction);
    this.#legs[direction] = leg;
    // The next caller tries again.
    leg.catch(() => delete this.#legs[direction]);
    return leg;
  }

  async #createLeg(direction: TransportDirection): Promise<TransportLeg> {
    const { device: loading, request, iceServers } = this.#options;
    const [device, reply] = await Promise.all([loading, request('createTransport', { direction })]);
    if (this.#isClosed) throw new LianmaiError('WRONG_STATE');
    const options: types.TransportOptions<{ id: TransportId }> = {
      id: reply.id,
      iceParameters: json.iceParameters(reply.iceParameters),
      iceCandidates: json.iceCandidates(reply.iceCandidates),
      dtlsParameters: json.dtlsParameters(reply.dtlsParameters),
      iceServers,
      appData: { id: reply.id },
    };
    const transport = direction === 'send' ? device.createSendTransport(options) : device.createRecvTransport(options);
    return this.#wire(direction, transport);
  }

  #wire(direction: TransportDirection, transport: Transport): TransportLeg {
    const { request, isOnline, onDead } = this.#options;
    const leg: TransportLeg = {
      transport,
      monitor: new IceMonitor({
        isOnline,
        restart: () => void this.#restart(leg),
        onBlocked: (isBlocked) => this.#setBlocked(direction, isBlocked),
        onDead,
      }),
    };
    this.#created[direction] = leg;
    const transportId = transport.appData.id;
    transport.on('connectionstatechange', (state) => {
      leg.monitor.stateChanged(state);
      if (state === 'disconnected') this.#options.onDisconnected();
    });
    transport.on('connect', ({ dtlsParameters: { fingerprints, role } }, done) => {
      // ICE need not wait for the reply, which saves a round trip to the first picture. A refusal means that the transport is gone.
      request('connectTransport', { transportId, dtlsParameters: { fingerprints, role } }).catch(() => {
        if (!this.#isClosed) onDead();
      });
      done();
    });
    transport.on('produce', ({ kind, rtpParameters, appData }, done, fail) => {
      const { source, isPaused, videoHeight } = appData as unknown as ProduceData;
      request('produce', { transportId, source, kind, rtpParameters: { ...rtpParameters }, paused: isPaused, videoHeight }).then(
        ({ producerId }) => done({ id: producerId }),
        fail,
      );
    });
    return leg;
  }

  async #restart({ transport, monitor }: TransportLeg): Promise<void> {
    // It was never negotiated, so there is nothing to restart.
    if (this.#isClosed || transport.closed || transport.connectionState === 'new') return;
    monitor.restarted();
    try {
      const { iceParameters } = await this.#options.request('restartIce', { transportId: transport.appData.id });
      await transport.restartIce({ iceParameters: json.iceParameters(iceParameters) });
      if (transport.connectionState === 'connected') monitor.settled();
    } catch (error) {
      // TIMEOUT: the socket is gone too, and the resume restarts ICE again. NOT_FOUND: the server has closed the transport.
      if (error instanceof LianmaiError && error.code === 'NOT_FOUND' && !this.#isClosed) this.#options.onDead();
    }
  }

  async #isSilent({ transport }: TransportLeg): Promise<boolean> {
    if (this.#isClosed || transport.connectionState === 'new') return false;
    const before = bytesReceived(await transport.getStats());
    await new Promise((resolve) => setTimeout(resolve, SILENT_AFTER_MS));
    return !this.#isClosed && !transport.closed && bytesReceived(await transport.getStats()) === before;
  }

  /** The network dropped our path (UDP blocked, a NAT's mapping lost) while signalling may still work: ICE finds another, e.g. over TCP. */
  #setSilent(isSilent: boolean): void {
    if (this.#isClosed) return;
    this.#options.onInterrupted(isSilent);
    if (!isSilent) return;
    this.#options.onDisconnected();
    for (const { monitor } of Object.values(this.#created)) monitor.silent();
    void this.#replaceReceiving().catch(() => undefined);
  }

  /**
   * A browser that only receives tells the SFU seconds after it has found another path, with its next check of that path. A new transport
   * receives within one. Without signalling, nothing can replace it, and the resume restarts ICE.
   */
  async #replaceReceiving(): Promise<void> {
    const leg = this.#created.receive;
    await new Promise((resolve) => setTimeout(resolve, REPLACE_AFTER_MS));
    await this.#options.request('ping', {}, { timeoutMs: PING_TIMEOUT_MS });
    if (this.#isClosed || !leg || leg !== this.#created.receive || !this.#watch.isSilent) return;
    delete this.#legs.receive;
    delete this.#created.receive;
    closeLeg(leg);
    this.#setBlocked('receive', false);
    this.#options.onReceivingReplaced();
  }

  #setBlocked(direction: TransportDirection, isBlocked: boolean): void {
    if (this.#isClosed) return;
    if (isBlocked) this.#blocked.add(direction);
    else this.#blocked.delete(direction);
    this.#options.onBlocked(this.#blocked.size > 0);
  }
}

function mapLegs<T>(legs: Partial<Record<TransportDirection, TransportLeg>>, pick: (leg: TransportLeg) => T) {
  const { send, receive } = legs;
  return { ...(send && { send: pick(send) }), ...(receive && { receive: pick(receive) }) };
}

function closeLeg({ transport, monitor }: TransportLeg): void {
  monitor.close();
  transport.close();
}
