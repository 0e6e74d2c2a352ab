import { makeTag, type FlvTag } from './flv.js';

export type VideoCodecName = 'h264' | 'hevc' | 'av1' | 'vp9';
export type AudioCodecName = 'aac' | 'opus' | 'mp3';
export type MediaCodec = VideoCodecName | AudioCodecName;

/** What is in an FLV tag, whichever header it has. */
export interface MediaBody {
  codec: MediaCodec | 'unknown';
  /** `data` is the codec's configuration: avcC, hvcC, av1C, vpcC, AudioSpecificConfig, OpusHead. */
  isConfig: boolean;
  /** Presentation time minus decoding time, ms. */
  compositionMs: number;
  /** A view of the tag. H.264 and HEVC: NAL units with lengths in front; AV1: OBUs with sizes; AAC: a raw frame. */
  data: Buffer;
}

/**
 * Legacy FLV (AVC, AAC, MP3, HEVC as codec 12) and enhanced RTMP headers. null for what holds no media: data tags, ends of sequences, metadata, what is
 * cut off, and packets of several tracks (the RTMP server takes those apart before).
 */
export function readMediaBody({ kind, body }: Pick<FlvTag, 'kind' | 'body'>): MediaBody | null {
  const first = body[0];
  if (first === undefined || kind === 'data') return null;
  if (kind === 'audio') return first >> 4 === EX_AUDIO ? readExAudio(first & 0x0f, body) : readLegacyAudio(first >> 4, body);
  return first & 0x80 ? readExVideo(first & 0x0f, body) : readLegacyVideo(first & 0x0f, body);
}

/** FLV 10.1 E.4.2.1 and E.4.3.1. */
const LEGACY_VIDEO: Readonly<Record<number, VideoCodecName>> = { 7: 'h264', 12: 'hevc' };
const MP3_FORMATS = [2, 14];
const AAC_FORMAT = 10;
const EX_AUDIO = 9;

/** Enhanced RTMP v2: VideoPacketType, AudioPacketType (the first two are the same). */
const EX = { sequenceStart: 0, codedFrames: 1, codedFramesX: 3 };
const VIDEO_FOURCC: Readonly<Record<string, VideoCodecName>> = { avc1: 'h264', hvc1: 'hevc', hev1: 'hevc', av01: 'av1', vp09: 'vp9' };
const AUDIO_FOURCC: Readonly<Record<string, AudioCodecName>> = { mp4a: 'aac', Opus: 'opus', '.mp3': 'mp3' };
const EX_HEADER_BYTES = 5;

function readLegacyVideo(id: number, body: Buffer): MediaBody | null {
  const codec = LEGACY_VIDEO[id];
  if (!codec) return { codec: 'unknown', isConfig: false, compositionMs: 0, data: body.subarray(1) };
  const packetType = body[1];
  if (body.length < 5 || packetType === undefined || packetType > 1) return null;
  return { codec, isConfig: packetType === 0, compositionMs: packetType === 0 ? 0 : body.readIntBE(2, 3), data: body.subarray(5) };
}

function readExVideo(packetType: number, body: Buffer): MediaBody | null {
  if (body.length < EX_HEADER_BYTES || ![0, 1, 3].includes(packetType)) return null;
  const codec = VIDEO_FOURCC[body.toString('latin1', 1, EX_HEADER_BYTES)] ?? 'unknown';
  const isConfig = packetType === EX.sequenceStart;
  const hasComposition = packetType === EX.codedFrames && (codec === 'h264' || codec === 'hevc');
  if (!hasComposition) return { codec, isConfig, compositionMs: 0, data: body.subarray(EX_HEADER_BYTES) };
  if (body.length < EX_HEADER_BYTES + 3) return null;
  return { codec, isConfig, compositionMs: body.readIntBE(EX_HEADER_BYTES, 3), data: body.subarray(EX_HEADER_BYTES + 3) };
}

function readLegacyAudio(format: number, body: Buffer): MediaBody | null {
  const isAac = format === AAC_FORMAT;
  const codec = isAac ? 'aac' : MP3_FORMATS.includes(format) ? 'mp3' : 'unknown';
  const headerBytes = isAac ? 2 : 1;
  if (body.length < headerBytes) return null;
  return { codec, isConfig: isAac && body[1] === 0, compositionMs: 0, data: body.subarray(headerBytes) };
}

function readExAudio(packetType: number, body: Buffer): MediaBody | null {
  if (body.length < EX_HEADER_BYTES || packetType > EX.codedFrames) return null;
  const codec = AUDIO_FOURCC[body.toString('latin1', 1, EX_HEADER_BYTES)] ?? 'unknown';
  return { codec, isConfig: packetType === EX.sequenceStart, compositionMs: 0, data: body.subarray(EX_HEADER_BYTES) };
}

export interface MediaTagInput {
  codec: MediaCodec;
  dtsMs: number;
  /** As in MediaBody: NAL units with four-byte lengths, raw AAC frames, configuration records. */
  data: Buffer;
  /** Default false. */
  isConfig?: boolean;
  /** Video only; a configuration counts as one in the header. */
  isKeyFrame?: boolean;
  /** H.264 and HEVC only. */
  compositionMs?: number;
}

/** The reverse. H.264, AAC and MP3 get the legacy header that everybody reads, the rest that of enhanced RTMP. */
export function makeMediaTag(input: MediaTagInput): FlvTag {
  const isVideo = input.codec in VIDEO_HEADERS;
  return makeTag(isVideo ? 'video' : 'audio', input.dtsMs, Buffer.concat([headerOf(input), input.data]));
}

const VIDEO_HEADERS: Readonly<Record<VideoCodecName, string>> = { h264: 'avc1', hevc: 'hvc1', av1: 'av01', vp9: 'vp09' };
const KEY_FRAME = 1;
const INTER_FRAME = 2;

function headerOf({ codec, isConfig = false, isKeyFrame = false, compositionMs = 0 }: MediaTagInput): Buffer {
  if (codec === 'aac') return Buffer.from([0xaf, isConfig ? 0 : 1]);
  if (codec === 'mp3') return Buffer.from([0x2f]);
  if (codec === 'opus') return fourCc((EX_AUDIO << 4) | (isConfig ? EX.sequenceStart : EX.codedFrames), 'Opus');
  const frameType = (isConfig || isKeyFrame ? KEY_FRAME : INTER_FRAME) << 4;
  const offsetMs = isConfig ? 0 : Math.max(-0x800000, Math.min(0x7fffff, Math.round(compositionMs)));
  if (codec === 'h264') return withOffset(Buffer.from([frameType | 7, isConfig ? 0 : 1]), offsetMs);
  const ex = 0x80 | frameType;
  if (isConfig) return fourCc(ex | EX.sequenceStart, VIDEO_HEADERS[codec]);
  if (codec === 'hevc' && offsetMs !== 0) return withOffset(fourCc(ex | EX.codedFrames, 'hvc1'), offsetMs);
  return fourCc(ex | (codec === 'hevc' ? EX.codedFramesX : EX.codedFrames), VIDEO_HEADERS[codec]);
}

const fourCc = (first: number, name: string) => Buffer.concat([Buffer.from([first]), Buffer.from(name, 'latin1')]);

function withOffset(header: Buffer, offsetMs: number): Buffer {
  const offset = Buffer.allocUnsafe(3);
  offset.writeIntBE(offsetMs, 0, 3);
  return Buffer.concat([header, offset]);
}
