import { FormatError } from '../../formats/index.js';

/** Codecs that may be published, by fourCC (Enhanced RTMP v2). */
export const VIDEO_FOUR_CCS = ['avc1', 'hvc1', 'av01', 'vp09'] as const;
export const AUDIO_FOUR_CCS = ['mp4a', 'Opus', '.mp3'] as const;

/** A codec that the hub does not carry, named so that the broadcaster can choose another. */
export class UnsupportedCodec extends FormatError {
  readonly codec: string;
  constructor(codec: string) {
    super(`codec ${codec} is not supported`);
    this.codec = codec;
  }
}

const PACKET = { sequenceStart: 0, codedFrames: 1, sequenceEnd: 2, codedFramesX: 3, multitrack: 5, videoMultitrack: 6, modEx: 7 } as const;
const VIDEO_COMMAND_FRAME = 5;
const LEGACY = { avc: 7, hevc: 12, aac: 10, mp3: 2, mp3At8kHz: 14, extendedAudio: 9 } as const;
const LEGACY_VIDEO = new Map([
  [2, 'Sorenson H.263'],
  [3, 'Screen Video'],
  [4, 'VP6'],
  [5, 'VP6 with alpha'],
  [6, 'Screen Video 2'],
]);
const LEGACY_AUDIO = new Map([
  [0, 'PCM'],
  [1, 'ADPCM'],
  [3, 'PCM'],
  [4, 'Nellymoser'],
  [5, 'Nellymoser'],
  [6, 'Nellymoser'],
  [7, 'G.711 A-law'],
  [8, 'G.711 mu-law'],
  [11, 'Speex'],
]);

/** An enhanced body without ModEx and multitrack wrapping. */
interface EnhancedBody {
  frameType: number;
  packetType: number;
  fourCc: string;
  data: Buffer;
}

/**
 * Converts one kind of media of one publisher into the form the hub carries: legacy bodies for H.264, AAC and MP3, enhanced ones for the rest, and one track.
 * Of a multitrack stream it takes the first track it sees.
 */
export class ErtmpNormaliser {
  readonly #kind: 'video' | 'audio';
  #trackId: number | null = null;

  constructor(kind: 'video' | 'audio') {
    this.#kind = kind;
  }

  /** Returns null if there is nothing for the hub. Throws UnsupportedCodec, and FormatError for a body that is cut off. */
  normalise(body: Buffer): Buffer | null {
    const first = body[0];
    if (first === undefined) return null;
    if (this.#kind === 'video') return (first & 0x80) !== 0 ? this.#enhancedVideo(body) : legacyVideo(body);
    return first >> 4 === LEGACY.extendedAudio ? this.#enhancedAudio(body) : legacyAudio(body);
  }

  #enhancedVideo(body: Buffer): Buffer | null {
    const frame = this.#unwrap(body, PACKET.videoMultitrack, (body.readUInt8(0) >> 4) & 0x07);
    if (!frame || frame.frameType === VIDEO_COMMAND_FRAME) return null;
    const { frameType, packetType, fourCc, data } = frame;
    if (packetType > PACKET.codedFramesX) return null;
    if (fourCc === 'avc1') return legacyAvc(frame);
    if (!isIn(VIDEO_FOUR_CCS, fourCc)) throw new UnsupportedCodec(fourCc);
    return Buffer.concat([Buffer.from([0x80 | (frameType << 4) | packetType]), Buffer.from(fourCc, 'latin1'), data]);
  }

  #enhancedAudio(body: Buffer): Buffer | null {
    const frame = this.#unwrap(body, PACKET.multitrack, 0);
    if (!frame || frame.packetType > PACKET.sequenceEnd) return null;
    const { packetType, fourCc, data } = frame;
    if (!isIn(AUDIO_FOUR_CCS, fourCc)) throw new UnsupportedCodec(fourCc);
    if (fourCc === 'Opus') return Buffer.concat([Buffer.from([0x90 | packetType]), Buffer.from(fourCc, 'latin1'), data]);
    if (packetType === PACKET.sequenceEnd || (fourCc === '.mp3' && packetType !== PACKET.codedFrames)) return null;
    const header = fourCc === '.mp3' ? [(LEGACY.mp3 << 4) | 0x0f] : [(LEGACY.aac << 4) | 0x0f, packetType];
    return Buffer.concat([Buffer.from(header), data]);
  }

  /** Skips ModEx and picks the track. */
  #unwrap(body: Buffer, multitrack: number, frameType: number): EnhancedBody | null {
    const cursor = new BodyCursor(body, 1);
    let packetType = body.readUInt8(0) & 0x0f;
    while (packetType === PACKET.modEx) packetType = skipModEx(cursor);
    if (packetType !== multitrack) {
      if (packetType > PACKET.codedFramesX || !this.#isOurs(0)) return null;
      return { frameType, packetType, fourCc: cursor.fourCc(), data: cursor.rest() };
    }
    return this.#pickTrack(cursor, frameType);
  }

  #pickTrack(cursor: BodyCursor, frameType: number): EnhancedBody | null {
    const header = cursor.uint(1);
    const [multitrackType, packetType] = [header >> 4, header & 0x0f];
    const isOneTrack = multitrackType === 0;
    const hasOwnCodecs = multitrackType === 2;
    let fourCc = hasOwnCodecs ? '' : cursor.fourCc();
    while (!cursor.isAtEnd) {
      if (hasOwnCodecs) fourCc = cursor.fourCc();
      const trackId = cursor.uint(1);
      const data = isOneTrack ? cursor.rest() : cursor.take(cursor.uint(3));
      if (this.#isOurs(trackId)) return { frameType, packetType, fourCc, data };
    }
    return null;
  }

  #isOurs(trackId: number): boolean {
    this.#trackId ??= trackId;
    return this.#trackId === trackId;
  }
}

/** Skips what precedes the real packet type (nanosecond offsets, future extensions). */
function skipModEx(cursor: BodyCursor): number {
  const bytes = cursor.uint(1) + 1;
  cursor.take(bytes === 256 ? cursor.uint(2) + 1 : bytes);
  return cursor.uint(1) & 0x0f;
}

function legacyVideo(body: Buffer): Buffer | null {
  const first = body.readUInt8(0);
  const codec = first & 0x0f;
  const frameType = first >> 4;
  if (frameType === VIDEO_COMMAND_FRAME) return null;
  if (codec !== LEGACY.avc && codec !== LEGACY.hevc) throw new UnsupportedCodec(LEGACY_VIDEO.get(codec) ?? `number ${codec}`);
  if (body.length < 5) return null;
  if (codec === LEGACY.avc) return body;
  const packetType = body.readUInt8(1);
  if (packetType > PACKET.sequenceEnd) return null;
  const header = Buffer.from([0x80 | (frameType << 4) | packetType, ...Buffer.from('hvc1')]);
  return Buffer.concat([header, body.subarray(packetType === PACKET.codedFrames ? 2 : 5)]);
}

function legacyAvc({ frameType, packetType, data }: EnhancedBody): Buffer {
  const isCoded = packetType === PACKET.codedFrames || packetType === PACKET.codedFramesX;
  const header = [(frameType << 4) | LEGACY.avc, isCoded ? 1 : packetType];
  return Buffer.concat([Buffer.from(packetType === PACKET.codedFrames ? header : [...header, 0, 0, 0]), data]);
}

function legacyAudio(body: Buffer): Buffer | null {
  const format = body.readUInt8(0) >> 4;
  if (format === LEGACY.aac) return body.length >= 2 ? body : null;
  if (format !== LEGACY.mp3 && format !== LEGACY.mp3At8kHz) throw new UnsupportedCodec(LEGACY_AUDIO.get(format) ?? `number ${format}`);
  return body.length >= 2 ? body : null;
}

const isIn = (list: readonly string[], fourCc: string) => list.includes(fourCc);

class BodyCursor {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  take(bytes: number): Buffer {
    const end = this.#at + bytes;
    if (end > this.#bytes.length) throw new FormatError('enhanced RTMP body is cut off');
    const part = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }

  uint(bytes: 1 | 2 | 3): number {
    return this.take(bytes).readUIntBE(0, bytes);
  }

  fourCc(): string {
    return this.take(4).toString('latin1');
  }

  rest(): Buffer {
    return this.take(this.#bytes.length - this.#at);
  }
}
