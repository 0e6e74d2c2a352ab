import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createLog } from '@lianmai/kit';
import { ParticipantId, type ProducerId, type PublishSource } from '@lianmai/protocol';
import type { types } from 'mediasoup';
import type { SfuRoom } from '../SfuRoom.js';
import type { SfuPeer } from '../SfuPeer.js';

/** Test peers that send and receive packets through real workers, without a browser. */
export const quiet = createLog('test', 'silent');
export const participant = (name: string): ParticipantId => ParticipantId.parse(name);

const PAYLOAD = { VP8: 101, opus: 111 } as const;
/** A VP8 key frame (first bit, RFC 6386 9.1) behind a descriptor for "start of partition 0" (RFC 7741 4.2). */
const VP8_KEY_FRAME = Buffer.from([0x10, 0x10, 0x00, 0x00, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xb4, 0x00]);
const VP8_DELTA_FRAME = Buffer.from([0x10, 0x11, 0x00, 0x00]);
const AUDIO_LEVEL_ID = 6;

export const rtpParameters = (kind: 'audio' | 'video', ssrc: number): types.RtpParameters =>
  kind === 'video'
    ? { codecs: [{ mimeType: 'video/VP8', payloadType: PAYLOAD.VP8, clockRate: 90_000 }], encodings: [{ ssrc }] }
    : {
        codecs: [{ mimeType: 'audio/opus', payloadType: PAYLOAD.opus, clockRate: 48_000, channels: 2, parameters: { useinbandfec: 1 } }],
        encodings: [{ ssrc }],
        headerExtensions: [{ uri: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level', id: AUDIO_LEVEL_ID }],
      };

export interface TestTrack {
  readonly id: ProducerId;
  readonly ssrc: number;
  /** Sends another video frame, or 20 ms of audio at `levelDb`. */
  send(options?: { isKeyFrame?: boolean; levelDb?: number }): void;
  stop(): void;
}

/** Publishes a track and sends its packets until stopped. */
export async function publish(
  peer: SfuPeer,
  source: PublishSource,
  options: { levelDb?: number; layers?: number } = {},
): Promise<TestTrack> {
  const kind = source === 'camera' || source === 'screen' ? 'video' : 'audio';
  const transport = await peer.router.mediasoupRouter.createDirectTransport();
  const transportId = peer.transports.adopt('send', transport);
  const ssrc = randomInt(2000, 2 ** 31);
  const producers = new Map<string, types.Producer>();
  transport.observer.on('newproducer', (producer) => producers.set(producer.id, producer));
  const parameters = rtpParameters(kind, ssrc);
  const encodings = Array.from({ length: options.layers ?? 1 }, (_, index) => ({
    ssrc: ssrc + index,
    ...(options.layers && { scalabilityMode: 'L1T3' }),
  }));
  const id = await peer.produce({ transportId, source, kind, rtpParameters: { ...parameters, encodings }, paused: false });
  const producer = producers.get(id);
  if (!producer) throw new Error('the producer was not announced');
  let sequence = 0;
  const send: TestTrack['send'] = ({ isKeyFrame = sequence % 10 === 0, levelDb = options.levelDb ?? -20 } = {}) => {
    if (producer.closed) return;
    sequence += 1;
    if (kind === 'video')
      producer.send(packet({ kind, ssrc, sequence, timestamp: sequence * 3000, payload: isKeyFrame ? VP8_KEY_FRAME : VP8_DELTA_FRAME }));
    else producer.send(packet({ kind, ssrc, sequence, timestamp: sequence * 960, payload: Buffer.alloc(40, 1), levelDb }));
    if (sequence % 10 === 0) transport.sendRtcp(senderReport(ssrc, sequence * (kind === 'video' ? 3000 : 960), sequence));
  };
  const timer = setInterval(send, 20);
  producer.observer.once('close', () => clearInterval(timer));
  return { id, ssrc, send, stop: () => clearInterval(timer) };
}

/** Publishes a microphone over UDP, where mediasoup sends receiver reports. */
export async function publishOverUdp(peer: SfuPeer) {
  const transport = await peer.router.mediasoupRouter.createPlainTransport({ listenIp: '127.0.0.1', rtcpMux: true });
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  await transport.connect({ ip: '127.0.0.1', port: socket.address().port });
  const transportId = peer.transports.adopt('send', transport);
  const ssrc = randomInt(2000, 2 ** 31);
  const parameters = rtpParameters('audio', ssrc);
  const id = await peer.produce({ transportId, source: 'microphone', kind: 'audio', rtpParameters: parameters, paused: false });
  const losses: number[] = [];
  socket.on('message', (rtcp) => losses.push(...lossIn(rtcp, ssrc)));
  let sequence = 0;
  const timer = setInterval(() => {
    sequence += 1;
    const sound = { kind: 'audio', ssrc, sequence, timestamp: sequence * 960, payload: Buffer.alloc(40, 1), levelDb: -20 } as const;
    socket.send(packet(sound), transport.tuple.localPort, '127.0.0.1');
  }, 20);
  transport.observer.once('close', () => {
    clearInterval(timer);
    socket.close();
  });
  return {
    id,
    /** The share of lost packets in each receiver report so far, 0-1. */
    losses,
  };
}

interface PacketParts {
  kind: 'audio' | 'video';
  ssrc: number;
  sequence: number;
  timestamp: number;
  payload: Buffer;
  levelDb?: number;
}

/** RFC 3550 5.1, with the audio level in a one-byte header extension (RFC 8285, RFC 6464). */
function packet({ kind, ssrc, sequence, timestamp, payload, levelDb }: PacketParts): Buffer {
  const header = Buffer.alloc(12);
  header[0] = levelDb === undefined ? 0x80 : 0x90;
  header[1] = 0x80 | (kind === 'video' ? PAYLOAD.VP8 : PAYLOAD.opus);
  header.writeUInt16BE(sequence & 0xffff, 2);
  header.writeUInt32BE(timestamp >>> 0, 4);
  header.writeUInt32BE(ssrc, 8);
  const extension =
    levelDb === undefined ? Buffer.alloc(0) : Buffer.from([0xbe, 0xde, 0x00, 0x01, AUDIO_LEVEL_ID << 4, 0x80 | -levelDb, 0, 0]);
  return Buffer.concat([header, extension, payload]);
}

/** RFC 3550 6.4.1, without report blocks. */
function senderReport(ssrc: number, timestamp: number, packets: number): Buffer {
  const report = Buffer.alloc(28);
  report.writeUInt8(0x80, 0);
  report.writeUInt8(200, 1);
  report.writeUInt16BE(6, 2);
  report.writeUInt32BE(ssrc, 4);
  const nowMs = Date.now();
  report.writeUInt32BE(Math.floor(nowMs / 1000) + 2_208_988_800, 8);
  report.writeUInt32BE(Math.floor(((nowMs % 1000) / 1000) * 2 ** 32), 12);
  report.writeUInt32BE(timestamp >>> 0, 16);
  report.writeUInt32BE(packets, 20);
  report.writeUInt32BE(packets * 40, 24);
  return report;
}

/** The fraction lost in the first report block (RFC 3550 6.4.2), if it is about this stream. */
function lossIn(rtcp: Buffer, ssrc: number): number[] {
  const isReport = rtcp.readUInt8(1) === 201 && (rtcp.readUInt8(0) & 0x1f) > 0;
  return isReport && rtcp.readUInt32BE(8) === ssrc ? [rtcp.readUInt8(12) / 256] : [];
}

/** A generic NACK for one packet (RFC 4585 6.2.1). */
function nack(ssrc: number, sequence: number): Buffer {
  const request = Buffer.alloc(16);
  request.writeUInt8(0x81, 0);
  request.writeUInt8(205, 1);
  request.writeUInt16BE(3, 2);
  request.writeUInt32BE(1, 4);
  request.writeUInt32BE(ssrc, 8);
  request.writeUInt16BE(sequence, 12);
  return request;
}

/** Consumes a track. `packets` counts the packets received. */
export async function subscribe(room: SfuRoom, peer: SfuPeer, producerId: ProducerId) {
  const transport = await peer.router.mediasoupRouter.createDirectTransport();
  const transportId = peer.transports.adopt('receive', transport);
  let packets = 0;
  const sequences: number[] = [];
  let consumer: types.Consumer | null = null;
  let waiting: { count: number; resolve: () => void } | null = null;
  transport.observer.on('newconsumer', (made) => {
    consumer = made;
    made.on('rtp', (packet) => {
      packets += 1;
      sequences.push(packet.readUInt16BE(2));
      if (waiting && packets >= waiting.count) waiting.resolve();
    });
  });
  const reply = await peer.consume({ transportId, producerId, rtpCapabilities: room.rtpCapabilities });
  await peer.setConsumerPaused(reply.consumerId, false);
  return {
    ...reply,
    get packets() {
      return packets;
    },
    /** Sequence numbers in the order of arrival. */
    sequences,
    /** Asks for a packet again, as if it had been lost. */
    askAgain: (sequence: number) => transport.sendRtcp(nack(reply.rtpParameters.encodings?.[0]?.ssrc ?? 0, sequence)),
    get layers(): types.ConsumerLayers | undefined {
      return consumer?.preferredLayers;
    },
    /** Resolves once `more` packets have arrived since the call. */
    arrived: (more: number) =>
      new Promise<void>((resolve) => {
        waiting = { count: packets + more, resolve };
      }),
  };
}
