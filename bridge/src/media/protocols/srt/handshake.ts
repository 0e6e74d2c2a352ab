/** Handshake packets (draft-sharabayko-srt 3.2.1 and 4.3.1). */
export const HANDSHAKE_TYPE = { induction: 1, conclusion: 0xffffffff } as const;
export const EXTENSION = {
  hsRequest: 1,
  hsResponse: 2,
  kmRequest: 3,
  kmResponse: 4,
  streamId: 5,
  congestion: 6,
  filter: 7,
  group: 8,
} as const;
/** In the extension field of an induction reply: "I speak version 5". */
export const SRT_MAGIC = 0x4a17;
const SRT_VERSION = 0x010501;
/** TSBPDSND, TSBPDRCV, CRYPT, TLPKTDROP, PERIODICNAK, REXMITFLG. */
const OUR_FLAGS = 0x3f;
const STREAM_FLAG = 0x40;
const EXTENSION_FLAG = { hs: 1, km: 2, config: 4 } as const;
export const MAX_STREAM_ID_BYTES = 512;
const CIF_BYTES = 48;
const MAX_EXTENSIONS = 16;

export interface HandshakeExtension {
  type: number;
  data: Buffer;
}

export interface Handshake {
  version: number;
  /** 0 none, 2, 3, 4: AES-128, -192, -256. */
  encryption: number;
  extensionField: number;
  firstSeq: number;
  mtu: number;
  windowPackets: number;
  type: number;
  socketId: number;
  cookie: number;
  extensions: HandshakeExtension[];
}

/** Returns null for a body that is too short or whose extensions do not add up. */
export function readHandshake(body: Buffer): Handshake | null {
  if (body.length < CIF_BYTES) return null;
  const extensions = readExtensions(body.subarray(CIF_BYTES));
  if (!extensions) return null;
  return {
    version: body.readUInt32BE(0),
    encryption: body.readUInt16BE(4),
    extensionField: body.readUInt16BE(6),
    firstSeq: body.readUInt32BE(8) & 0x7fffffff,
    mtu: body.readUInt32BE(12),
    windowPackets: body.readUInt32BE(16),
    type: body.readUInt32BE(20),
    socketId: body.readUInt32BE(24),
    cookie: body.readUInt32BE(28),
    extensions,
  };
}

function readExtensions(bytes: Buffer): HandshakeExtension[] | null {
  const extensions: HandshakeExtension[] = [];
  for (let at = 0; at + 4 <= bytes.length;) {
    const length = bytes.readUInt16BE(at + 2) * 4;
    if (at + 4 + length > bytes.length || extensions.length >= MAX_EXTENSIONS) return null;
    extensions.push({ type: bytes.readUInt16BE(at), data: bytes.subarray(at + 4, at + 4 + length) });
    at += 4 + length;
  }
  return extensions;
}

export function writeHandshake(handshake: Omit<Handshake, 'mtu'>, peerAddress: string): Buffer {
  const { extensions } = handshake;
  const bytes = Buffer.alloc(CIF_BYTES + extensions.reduce((sum, { data }) => sum + 4 + data.length, 0));
  bytes.writeUInt32BE(handshake.version, 0);
  bytes.writeUInt16BE(handshake.encryption, 4);
  bytes.writeUInt16BE(handshake.extensionField, 6);
  bytes.writeUInt32BE(handshake.firstSeq, 8);
  bytes.writeUInt32BE(1500, 12);
  bytes.writeUInt32BE(handshake.windowPackets, 16);
  bytes.writeUInt32BE(handshake.type, 20);
  bytes.writeUInt32BE(handshake.socketId, 24);
  bytes.writeUInt32BE(handshake.cookie, 28);
  writeIpv4(bytes, peerAddress);
  let at = CIF_BYTES;
  for (const { type, data } of extensions) {
    bytes.writeUInt16BE(type, at);
    bytes.writeUInt16BE(data.length / 4, at + 2);
    data.copy(bytes, at + 4);
    at += 4 + data.length;
  }
  return bytes;
}

/** Reversed, as in libsrt. An IPv6 address is left out, because nobody reads it. */
function writeIpv4(bytes: Buffer, address: string): void {
  const parts = /^(?:::ffff:)?(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)?.slice(1).map(Number) ?? [];
  parts.reverse().forEach((part, index) => (bytes[32 + index] = part & 0xff));
}

/** The extension field that announces these extensions. */
export function extensionFieldOf(extensions: readonly HandshakeExtension[]): number {
  const flagOf = ({ type }: HandshakeExtension) =>
    type <= EXTENSION.hsResponse ? EXTENSION_FLAG.hs : type <= EXTENSION.kmResponse ? EXTENSION_FLAG.km : EXTENSION_FLAG.config;
  return extensions.reduce((field, extension) => field | flagOf(extension), 0);
}

export interface SrtCapabilities {
  version: number;
  isStreamMode: boolean;
  receiveLatencyMs: number;
  sendLatencyMs: number;
}

export function readCapabilities(data: Buffer): SrtCapabilities | null {
  if (data.length < 12) return null;
  return {
    version: data.readUInt32BE(0),
    isStreamMode: (data.readUInt32BE(4) & STREAM_FLAG) !== 0,
    receiveLatencyMs: data.readUInt16BE(8),
    sendLatencyMs: data.readUInt16BE(10),
  };
}

export function writeCapabilities({ receiveLatencyMs, sendLatencyMs }: { receiveLatencyMs: number; sendLatencyMs: number }): Buffer {
  const data = Buffer.alloc(12);
  data.writeUInt32BE(SRT_VERSION, 0);
  data.writeUInt32BE(OUR_FLAGS, 4);
  data.writeUInt16BE(Math.min(0xffff, receiveLatencyMs), 8);
  data.writeUInt16BE(Math.min(0xffff, sendLatencyMs), 10);
  return data;
}

/** Texts travel as 32-bit words with reversed bytes, padded with zeros. Returns null if they are too long or not UTF-8. */
export function readText(data: Buffer): string | null {
  if (data.length > MAX_STREAM_ID_BYTES || data.length % 4 !== 0) return null;
  const swapped = Buffer.from(data).swap32();
  const end = swapped.findLastIndex((byte) => byte !== 0) + 1;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(swapped.subarray(0, end));
  } catch {
    return null;
  }
}

export function writeText(text: string): Buffer {
  const bytes = Buffer.from(text);
  const padded = Buffer.alloc(Math.ceil(bytes.length / 4) * 4);
  bytes.copy(padded);
  return padded.swap32();
}
