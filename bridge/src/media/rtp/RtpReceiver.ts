import { createSocket, type Socket } from 'node:dgram';
import type { Closable, Log } from '@lianmai/kit';
import { nowMs } from '../../runtime/index.js';
import { isRtcp, parseSenderReports, type SenderReport } from './rtcp.js';
import { parseRtp, type RtpPacket } from './rtpPacket.js';

/** Takes the packets of one SSRC. */
export interface RtpSink {
  readonly ssrc: number;
  readonly payloadType: number;
  onPacket(packet: RtpPacket, arrivedAtMs: number): void;
  onSenderReport(report: SenderReport): void;
}

export interface RtpReceiverOptions {
  /** Address to bind. Default: loopback, because the SFU usually runs on this machine. */
  bindIp?: string;
  /** Address the SFU sends to, if it differs from the bound one (0.0.0.0, NAT). */
  announcedIp?: string;
  /** Default 0: any free port. */
  port?: number;
  log: Log;
}

/** Key frames of several participants at once must fit; the kernel caps it at net.core.rmem_max. */
const RECEIVE_BUFFER_BYTES = 4 << 20;

/**
 * The one UDP port of a program: RTP and RTCP of all its tracks, distinguished by SSRC. Unknown SSRCs and payload types (mediasoup's probation) are ignored.
 */
export class RtpReceiver implements Closable {
  readonly ip: string;
  readonly port: number;
  readonly #socket: Socket;
  readonly #sinks = new Map<number, RtpSink>();
  #ignoredPackets = 0;
  #closing: Promise<void> | undefined;

  private constructor(socket: Socket, ip: string) {
    this.#socket = socket;
    this.ip = ip;
    this.port = socket.address().port;
    socket.on('message', (datagram) => this.#receive(datagram));
  }

  static async create({ bindIp = '127.0.0.1', announcedIp = bindIp, port = 0, log }: RtpReceiverOptions): Promise<RtpReceiver> {
    const socket = createSocket({ type: bindIp.includes(':') ? 'udp6' : 'udp4' });
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(port, bindIp, resolve);
    });
    socket.removeAllListeners('error');
    socket.on('error', (error) => log.warn({ err: error }, 'the RTP socket failed'));
    try {
      socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
    } catch (error) {
      log.debug({ err: error }, 'the RTP socket keeps its default buffer');
    }
    return new RtpReceiver(socket, announcedIp);
  }

  /** Datagrams that no sink wanted. */
  get ignoredPackets(): number {
    return this.#ignoredPackets;
  }

  /** Gives a sink the packets of its SSRC; a newer sink for the same SSRC takes over. Returns a function that unsubscribes it. */
  subscribe(sink: RtpSink): () => void {
    this.#sinks.set(sink.ssrc, sink);
    return () => {
      if (this.#sinks.get(sink.ssrc) === sink) this.#sinks.delete(sink.ssrc);
    };
  }

  close(_reason: string): Promise<void> {
    this.#sinks.clear();
    this.#closing ??= new Promise((resolve) => this.#socket.close(() => resolve()));
    return this.#closing;
  }

  #receive(datagram: Uint8Array): void {
    if (isRtcp(datagram)) return this.#receiveReports(datagram);
    const packet = parseRtp(datagram);
    const sink = packet ? this.#sinks.get(packet.ssrc) : undefined;
    if (packet && sink?.payloadType === packet.payloadType) sink.onPacket(packet, nowMs());
    else this.#ignoredPackets++;
  }

  #receiveReports(datagram: Uint8Array): void {
    for (const report of parseSenderReports(datagram)) this.#sinks.get(report.ssrc)?.onSenderReport(report);
  }
}
