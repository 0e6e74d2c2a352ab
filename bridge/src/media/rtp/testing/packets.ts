import type { RtpPacket } from '../rtpPacket.js';

/** A packet as the parser returns it. */
export const packetOf = (fields: Partial<RtpPacket> = {}): RtpPacket => ({
  payloadType: 100,
  hasMarker: false,
  sequence: 0,
  timestamp: 0,
  ssrc: 1,
  payload: Uint8Array.of(0),
  ...fields,
});

/** A datagram: RTP without extras. */
export function datagramOf({ payloadType, hasMarker, sequence, timestamp, ssrc, payload }: RtpPacket): Buffer {
  const header = Buffer.alloc(12);
  header[0] = 0x80;
  header[1] = payloadType | (hasMarker ? 0x80 : 0);
  header.writeUInt16BE(sequence & 0xffff, 2);
  header.writeUInt32BE(timestamp >>> 0, 4);
  header.writeUInt32BE(ssrc, 8);
  return Buffer.concat([header, payload]);
}

/** A sender report without blocks. */
export function senderReportOf(ssrc: number, ntpMs: number, rtpTimestamp: number): Buffer {
  const report = Buffer.alloc(28);
  report.set([0x80, 200, 0, 6]);
  report.writeUInt32BE(ssrc, 4);
  report.writeUInt32BE(Math.floor(ntpMs / 1000), 8);
  report.writeUInt32BE(Math.floor(((ntpMs % 1000) / 1000) * 2 ** 32), 12);
  report.writeUInt32BE(rtpTimestamp >>> 0, 16);
  return report;
}
