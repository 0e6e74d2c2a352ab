import { addSeq, seqDiff } from './sequence.js';

/** Wire format of draft-sharabayko-srt 3: all integers big-endian, 16 bytes of header. */
export const HEADER_BYTES = 16;
/** MTU 1500 less IPv4, UDP and SRT headers. */
export const MAX_PAYLOAD_BYTES = 1456;
/** No datagram of the protocol is longer. */
export const MAX_DATAGRAM_BYTES = HEADER_BYTES + MAX_PAYLOAD_BYTES;

export const CONTROL = {
  handshake: 0,
  keepAlive: 1,
  ack: 2,
  nak: 3,
  shutdown: 5,
  ackAck: 6,
  dropRequest: 7,
  /** Its subtype says what it is. */
  user: 0x7fff,
} as const;
export const USER_SUBTYPE = { keyRequest: 3, keyResponse: 4 } as const;

/** The KK bits: which key a payload is encrypted with. */
export type KeySlot = 'even' | 'odd';
const KEY_BITS = { even: 1, odd: 2 } as const;

export interface DataPacket {
  isControl: false;
  seq: number;
  key: KeySlot | null;
  isRetransmitted: boolean;
  /** Send time on the sender's clock, us, 32 bits. */
  timestampUs: number;
  destination: number;
  payload: Buffer;
}

export interface ControlPacket {
  isControl: true;
  type: number;
  subtype: number;
  /** The second word: acknowledgement or message number. */
  info: number;
  timestampUs: number;
  destination: number;
  body: Buffer;
}

const SOLO = 3;

/**
 * Returns null for invalid packets: too short or too long, part of a message (live mode has only whole ones), or with both keys at once. Payload and body are
 * views.
 */
export function readPacket(datagram: Buffer): DataPacket | ControlPacket | null {
  if (datagram.length < HEADER_BYTES || datagram.length > MAX_DATAGRAM_BYTES) return null;
  const first = datagram.readUInt32BE(0);
  const second = datagram.readUInt32BE(4);
  const timestampUs = datagram.readUInt32BE(8);
  const destination = datagram.readUInt32BE(12);
  const body = datagram.subarray(HEADER_BYTES);
  if (first >>> 31) {
    return { isControl: true, type: (first >>> 16) & 0x7fff, subtype: first & 0xffff, info: second, timestampUs, destination, body };
  }
  const keyBits = (second >>> 27) & 3;
  if (second >>> 30 !== SOLO || keyBits === 3 || body.length === 0) return null;
  const key = keyBits === 0 ? null : keyBits === KEY_BITS.even ? 'even' : 'odd';
  return { isControl: false, seq: first, key, isRetransmitted: (second & 0x04000000) !== 0, timestampUs, destination, payload: body };
}

export interface DataHeader {
  seq: number;
  key: KeySlot | null;
  isRetransmitted: boolean;
  messageNumber: number;
  timestampUs: number;
  destination: number;
}

export function dataHeader({ seq, key, isRetransmitted, messageNumber, timestampUs, destination }: DataHeader): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  const flags = (SOLO << 30) | ((key ? KEY_BITS[key] : 0) << 27) | (isRetransmitted ? 0x04000000 : 0);
  header.writeUInt32BE(seq, 0);
  header.writeUInt32BE((flags | (messageNumber & 0x03ffffff)) >>> 0, 4);
  header.writeUInt32BE(timestampUs, 8);
  header.writeUInt32BE(destination, 12);
  return header;
}

export interface ControlHeader {
  type: number;
  subtype?: number;
  info?: number;
  timestampUs: number;
  destination: number;
}

export function controlPacket({ type, subtype = 0, info = 0, timestampUs, destination }: ControlHeader, body: Buffer): Buffer {
  const packet = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  packet.writeUInt32BE((0x80000000 | (type << 16) | subtype) >>> 0, 0);
  packet.writeUInt32BE(info, 4);
  packet.writeUInt32BE(timestampUs, 8);
  packet.writeUInt32BE(destination, 12);
  body.copy(packet, HEADER_BYTES);
  return packet;
}

/** libsrt sends this as the body of control packets that need none. */
export const EMPTY_BODY = Buffer.alloc(4);

/** A clock's 32 bits of microseconds since `startUs`. */
export const wireTime = (nowUs: number, startUs: number): number => Math.max(0, Math.floor(nowUs - startUs)) % 2 ** 32;

/** First and last sequence number, both included. */
export type SeqRange = readonly [first: number, last: number];

const MAX_LOSS_WORDS = 360;
const RANGE_FLAG = 0x80000000;

/** Encodes missing numbers, in order, as bodies of NAK packets (appendix A). No range is split between two. */
export function lossReports(missing: Iterable<number>): Buffer[] {
  const bodies: Buffer[] = [];
  let words: number[] = [];
  for (const [first, last] of rangesOf(missing)) {
    if (words.length + 2 > MAX_LOSS_WORDS) {
      bodies.push(wordsBody(words));
      words = [];
    }
    if (first === last) words.push(first);
    else words.push((first | RANGE_FLAG) >>> 0, last);
  }
  if (words.length > 0) bodies.push(wordsBody(words));
  return bodies;
}

function* rangesOf(missing: Iterable<number>): Generator<SeqRange> {
  let range: [number, number] | null = null;
  for (const seq of missing) {
    if (range && addSeq(range[1], 1) === seq) range[1] = seq;
    else {
      if (range) yield range;
      range = [seq, seq];
    }
  }
  if (range) yield range;
}

/** Decodes the ranges of a NAK; those that run backwards or have no end are left out. */
export function readLossReport(body: Buffer): SeqRange[] {
  const ranges: SeqRange[] = [];
  for (let at = 0; at + 4 <= body.length; at += 4) {
    const word = body.readUInt32BE(at);
    if (word < RANGE_FLAG) ranges.push([word, word]);
    else {
      at += 4;
      if (at + 4 > body.length) break;
      const first = word & 0x7fffffff;
      const last = body.readUInt32BE(at);
      if (last < RANGE_FLAG && seqDiff(last, first) >= 0) ranges.push([first, last]);
    }
  }
  return ranges;
}

export function wordsBody(words: readonly number[]): Buffer {
  const body = Buffer.allocUnsafe(words.length * 4);
  words.forEach((word, index) => body.writeUInt32BE(word, index * 4));
  return body;
}
