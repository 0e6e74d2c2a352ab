import { randomInt } from 'node:crypto';

export interface RtpTrackOptions {
  payloadType: number;
  clockRate: number;
}

const HEADER_BYTES = 12;
const SENDER_REPORT_BYTES = 28;
/** Seconds from 1900 to 1970: the offset of the NTP epoch. */
const NTP_EPOCH_S = 2_208_988_800;

/** One outgoing RTP stream: numbers packets and writes sender reports (RFC 3550 5.1, 6.4.1). */
export class RtpTrackWriter {
  readonly ssrc = randomInt(1, 2 ** 31);
  readonly payloadType: number;
  readonly clockRate: number;
  readonly #timestampBase = randomInt(0, 2 ** 31);
  #sequence = randomInt(0, 2 ** 15);
  #packets = 0;
  #octets = 0;

  constructor({ payloadType, clockRate }: RtpTrackOptions) {
    this.payloadType = payloadType;
    this.clockRate = clockRate;
  }

  /** `ticks`: media time in clock-rate units, from any origin. */
  packet(payload: Buffer, ticks: number, hasMarker: boolean): Buffer {
    const packet = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
    packet.writeUInt8(0x80, 0);
    packet.writeUInt8((hasMarker ? 0x80 : 0) | this.payloadType, 1);
    packet.writeUInt16BE(this.#sequence, 2);
    packet.writeUInt32BE(this.#wrap(ticks), 4);
    packet.writeUInt32BE(this.ssrc, 8);
    payload.copy(packet, HEADER_BYTES);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#packets++;
    this.#octets += payload.length;
    return packet;
  }

  /** Builds a sender report that maps `wallMs` (epoch) to `ticks`. */
  senderReport(wallMs: number, ticks: number): Buffer {
    const report = Buffer.alloc(SENDER_REPORT_BYTES);
    report.set([0x80, 200, 0, 6]);
    report.writeUInt32BE(this.ssrc, 4);
    report.writeUInt32BE(Math.floor(wallMs / 1000) + NTP_EPOCH_S, 8);
    report.writeUInt32BE(Math.floor(((wallMs % 1000) / 1000) * 2 ** 32), 12);
    report.writeUInt32BE(this.#wrap(ticks), 16);
    report.writeUInt32BE(this.#packets >>> 0, 20);
    report.writeUInt32BE(this.#octets % 2 ** 32, 24);
    return report;
  }

  #wrap(ticks: number): number {
    const value = Math.round(ticks + this.#timestampBase) % 2 ** 32;
    return value < 0 ? value + 2 ** 32 : value;
  }
}
