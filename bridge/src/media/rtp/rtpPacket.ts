/** An RTP packet (RFC 3550 5.1); `payload` is a view into the datagram, without padding. */
export interface RtpPacket {
  payloadType: number;
  /** Set on the last packet of a frame and on the first of a talk spurt. */
  hasMarker: boolean;
  sequence: number;
  /** 32 bits, wraps. */
  timestamp: number;
  ssrc: number;
  payload: Uint8Array;
}

const FIXED_HEADER_BYTES = 12;
const VERSION = 2;

/** Returns null for anything but RTP. */
export function parseRtp(datagram: Uint8Array): RtpPacket | null {
  if (datagram.length < FIXED_HEADER_BYTES) return null;
  const first = datagram[0] ?? 0;
  const second = datagram[1] ?? 0;
  if (first >> 6 !== VERSION) return null;
  const end = datagram.length - ((first & 0x20) !== 0 ? (datagram[datagram.length - 1] ?? 0) : 0);
  const start = payloadStart(datagram, first);
  if (start > end) return null;
  return {
    payloadType: second & 0x7f,
    hasMarker: (second & 0x80) !== 0,
    sequence: u16(datagram, 2),
    timestamp: u32(datagram, 4),
    ssrc: u32(datagram, 8),
    payload: datagram.subarray(start, end),
  };
}

/** After the contributing sources and the header extension, which nothing here reads. */
function payloadStart(datagram: Uint8Array, first: number): number {
  const start = FIXED_HEADER_BYTES + 4 * (first & 0x0f);
  if ((first & 0x10) === 0) return start;
  return start + 4 + 4 * u16(datagram, start + 2);
}

/** Bytes past the end read as 0; the callers check lengths. */
export const u16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
export const u32 = (bytes: Uint8Array, at: number): number => ((u16(bytes, at) << 16) | u16(bytes, at + 2)) >>> 0;
