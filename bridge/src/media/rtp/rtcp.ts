import { u16, u32 } from './rtpPacket.js';

/** A sender report (RFC 3550 6.4.1): which RTP timestamp belongs to which moment of the sender's wall clock. */
export interface SenderReport {
  ssrc: number;
  /** ms on the sender's clock. Its zero is unknown: mediasoup counts from the start of its machine, others from 1900. */
  ntpMs: number;
  rtpTimestamp: number;
}

const SENDER_REPORT = 200;
const SENDER_REPORT_BYTES = 28;

/** RTP and RTCP share one port: packet types 192-223 are RTCP (RFC 5761 4). */
export function isRtcp(datagram: Uint8Array): boolean {
  const type = datagram[1] ?? 0;
  return type >= 192 && type <= 223;
}

/** Reads the sender reports of a compound packet; stops at the first part that is not RTCP. */
export function parseSenderReports(datagram: Uint8Array): SenderReport[] {
  const reports: SenderReport[] = [];
  for (let at = 0; at + 4 <= datagram.length;) {
    if ((datagram[at] ?? 0) >> 6 !== 2) break;
    const bytes = 4 * (u16(datagram, at + 2) + 1);
    if (at + bytes > datagram.length) break;
    if (datagram[at + 1] === SENDER_REPORT && bytes >= SENDER_REPORT_BYTES) reports.push(parseReport(datagram, at));
    at += bytes;
  }
  return reports;
}

function parseReport(datagram: Uint8Array, at: number): SenderReport {
  const ntpMs = u32(datagram, at + 8) * 1000 + (u32(datagram, at + 12) * 1000) / 2 ** 32;
  return { ssrc: u32(datagram, at + 4), ntpMs, rtpTimestamp: u32(datagram, at + 16) };
}
