import { AVC_NAL, avcNalType, splitLengthPrefixed } from '../../media/formats/index.js';

/** Maximum RTP payload: leaves room in an Ethernet frame for SRTP, header extensions and a tunnel. */
export const MAX_PAYLOAD_BYTES = 1200;

const STAP_A = 24;
const FU_A = 28;
const FU_HEADER_BYTES = 2;

/** NAL units that are not forwarded: parameter sets are inserted before each key frame, and RTP needs no delimiters or fillers. */
const LEFT_OUT: ReadonlySet<number> = new Set([AVC_NAL.sps, AVC_NAL.pps, AVC_NAL.aud, 12]);

/**
 * Returns a frame's RTP payloads in order (RFC 6184, packetisation mode 1). `parameters`: the sets to insert before a key frame. Throws
 * FormatError.
 */
export function packetiseH264(picture: Buffer, parameters: readonly Buffer[], nalLengthBytes = 4): Buffer[] {
  const nals = splitLengthPrefixed(picture, nalLengthBytes).filter((nal) => !LEFT_OUT.has(avcNalType(nal)));
  if (nals.length === 0) return [];
  return [...(parameters.length > 0 ? aggregate(parameters) : []), ...nals.flatMap(packetiseNal)];
}

/** Uses one STAP-A if everything fits. */
function aggregate(nals: readonly Buffer[]): Buffer[] {
  const bytes = nals.reduce((sum, nal) => sum + 2 + nal.length, 1);
  if (nals.length < 2 || bytes > MAX_PAYLOAD_BYTES) return nals.flatMap(packetiseNal);
  const packet = Buffer.allocUnsafe(bytes);
  const importance = Math.max(...nals.map((nal) => (nal[0] ?? 0) & 0x60));
  packet.writeUInt8(importance | STAP_A, 0);
  let at = 1;
  for (const nal of nals) {
    packet.writeUInt16BE(nal.length, at);
    nal.copy(packet, at + 2);
    at += 2 + nal.length;
  }
  return [packet];
}

function packetiseNal(nal: Buffer): Buffer[] {
  if (nal.length <= MAX_PAYLOAD_BYTES) return [nal];
  const first = nal[0] ?? 0;
  const indicator = (first & 0xe0) | FU_A;
  const pieceBytes = MAX_PAYLOAD_BYTES - FU_HEADER_BYTES;
  const packets: Buffer[] = [];
  for (let at = 1; at < nal.length; at += pieceBytes) {
    const piece = nal.subarray(at, at + pieceBytes);
    const isStart = at === 1 ? 0x80 : 0;
    const isEnd = at + pieceBytes >= nal.length ? 0x40 : 0;
    packets.push(Buffer.concat([Buffer.from([indicator, isStart | isEnd | (first & 0x1f)]), piece]));
  }
  return packets;
}

/** Returns the SPS and PPS of an AVCDecoderConfigurationRecord, omitting truncated ones. */
export function parameterSetsOf(record: Buffer): Buffer[] {
  const sets: Buffer[] = [];
  let at = 5;
  for (const mask of [0x1f, 0xff]) {
    const count = (record[at++] ?? 0) & mask;
    for (let index = 0; index < count; index++) {
      if (at + 2 > record.length) return sets;
      const bytes = record.readUInt16BE(at);
      const set = record.subarray(at + 2, at + 2 + bytes);
      if (set.length < bytes) return sets;
      if (bytes > 0) sets.push(set);
      at += 2 + bytes;
    }
  }
  return sets;
}
