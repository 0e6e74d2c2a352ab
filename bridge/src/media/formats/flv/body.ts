import type { FlvTag } from './tag.js';

export type VideoCodecName = 'h264' | 'hevc' | 'av1' | 'vp9';
export type AudioCodecName = 'aac' | 'opus' | 'mp3';
export type MediaCodec = VideoCodecName | AudioCodecName;

/** The content of an FLV tag, whichever header it has. */
export interface FlvBody {
  codec: MediaCodec | 'unknown';
  /** `data` is the codec's configuration: avcC, hvcC, av1C, vpcC, AudioSpecificConfig, OpusHead. */
  isConfig: boolean;
  /** Presentation time minus decoding time, ms. */
  compositionMs: number;
  /** A view of the tag. H.264 and HEVC: NAL units with length prefixes; AV1: OBUs with sizes; AAC: a raw frame. */
  data: Buffer;
}

/** The first bytes of a body: the codec, what follows, and where it starts. */
export interface FlvBodyHead {
  codec: MediaCodec | 'unknown';
  /** `other`: metadata, packets of several tracks (the RTMP server separates those beforehand), and bodies that are cut off. */
  content: 'config' | 'frames' | 'sequenceEnd' | 'other';
  isKeyFrame: boolean;
  bytes: number;
  /** Its last three bytes are a composition time. */
  hasCompositionTime: boolean;
}

/** FLV 10.1 E.4.2.1 and E.4.3.1. */
const LEGACY_VIDEO: Readonly<Record<number, VideoCodecName>> = { 7: 'h264', 12: 'hevc' };
const MP3_FORMATS = [2, 14];
const AAC_FORMAT = 10;
const EX_AUDIO = 9;

/** Frame types in both headers. */
const KEY_FRAME = 1;
const INTER_FRAME = 2;

/** Enhanced RTMP v2: VideoPacketType and AudioPacketType (the first two are the same). */
const EX = { sequenceStart: 0, codedFrames: 1, codedFramesX: 3 };
const PACKET_CONTENT: readonly FlvBodyHead['content'][] = ['config', 'frames', 'sequenceEnd', 'frames'];
const VIDEO_FOURCC: Readonly<Record<string, VideoCodecName>> = { avc1: 'h264', hvc1: 'hevc', hev1: 'hevc', av01: 'av1', vp09: 'vp9' };
const AUDIO_FOURCC: Readonly<Record<string, AudioCodecName>> = { mp4a: 'aac', Opus: 'opus', '.mp3': 'mp3' };
const EX_HEADER_BYTES = 5;

const packetContent = (packetType: number | undefined): FlvBodyHead['content'] =>
  packetType === undefined ? 'other' : (PACKET_CONTENT[packetType] ?? 'other');

/** Reads legacy FLV headers (AVC, AAC, MP3, HEVC as codec 12) and those of enhanced RTMP. Returns null for data tags and empty bodies. */
export function flvBodyHead({ kind, body }: Pick<FlvTag, 'kind' | 'body'>): FlvBodyHead | null {
  const first = body[0];
  if (first === undefined || kind === 'data') return null;
  if (kind === 'audio') return first >> 4 === EX_AUDIO ? enhancedAudioHead(first & 0x0f, body) : legacyAudioHead(first >> 4, body);
  const head = first & 0x80 ? enhancedVideoHead(first & 0x0f, body) : legacyVideoHead(first & 0x0f, body);
  head.isKeyFrame = head.content === 'frames' && ((first >> 4) & 0x07) === KEY_FRAME;
  return head;
}

/** Returns null for bodies without media: data tags, ends of sequences, and everything `flvBodyHead` calls `other`. */
export function readFlvBody(tag: Pick<FlvTag, 'kind' | 'body'>): FlvBody | null {
  const head = flvBodyHead(tag);
  const { body } = tag;
  if (!head || body.length < head.bytes || (head.content !== 'config' && head.content !== 'frames')) return null;
  const isConfig = head.content === 'config';
  const compositionMs = head.hasCompositionTime && !isConfig ? body.readIntBE(head.bytes - 3, 3) : 0;
  return { codec: head.codec, isConfig, compositionMs, data: body.subarray(head.bytes) };
}

// Every tag passes here several times: plain literals, because spreading an object costs ten times as much.

function legacyVideoHead(id: number, body: Buffer): FlvBodyHead {
  const codec = LEGACY_VIDEO[id];
  if (!codec) return { codec: 'unknown', content: 'frames', isKeyFrame: false, bytes: 1, hasCompositionTime: false };
  const content = body[1] === EX.codedFramesX ? 'other' : packetContent(body[1]);
  return { codec, content, isKeyFrame: false, bytes: 5, hasCompositionTime: true };
}

function enhancedVideoHead(packetType: number, body: Buffer): FlvBodyHead {
  const codec = VIDEO_FOURCC[body.toString('latin1', 1, EX_HEADER_BYTES)] ?? 'unknown';
  const hasCompositionTime = packetType === EX.codedFrames && (codec === 'h264' || codec === 'hevc');
  const bytes = EX_HEADER_BYTES + (hasCompositionTime ? 3 : 0);
  return { codec, content: packetContent(packetType), isKeyFrame: false, bytes, hasCompositionTime };
}

function legacyAudioHead(format: number, body: Buffer): FlvBodyHead {
  const isAac = format === AAC_FORMAT;
  const codec = isAac ? 'aac' : MP3_FORMATS.includes(format) ? 'mp3' : 'unknown';
  const content = isAac && body[1] === EX.sequenceStart ? 'config' : 'frames';
  return { codec, content, isKeyFrame: false, bytes: isAac ? 2 : 1, hasCompositionTime: false };
}

function enhancedAudioHead(packetType: number, body: Buffer): FlvBodyHead {
  const codec = AUDIO_FOURCC[body.toString('latin1', 1, EX_HEADER_BYTES)] ?? 'unknown';
  const content = packetType === EX.codedFramesX ? 'other' : packetContent(packetType);
  return { codec, content, isKeyFrame: false, bytes: EX_HEADER_BYTES, hasCompositionTime: false };
}

export interface FlvBodyInput {
  codec: MediaCodec;
  /** As in FlvBody: NAL units with four-byte lengths, raw AAC frames, configuration records. */
  data: Buffer;
  /** Default false. */
  isConfig?: boolean;
  /** Video only; a configuration counts as a key frame in the header. */
  isKeyFrame?: boolean;
  /** H.264 and HEVC only. */
  compositionMs?: number;
}

/** Returns the bytes that go in front of `data`. */
export const writeBodyHead = (input: FlvBodyInput): { kind: 'video' | 'audio'; head: Buffer } => ({
  kind: input.codec in VIDEO_HEADERS ? 'video' : 'audio',
  head: headerOf(input),
});

const VIDEO_HEADERS: Readonly<Record<VideoCodecName, string>> = { h264: 'avc1', hevc: 'hvc1', av1: 'av01', vp9: 'vp09' };

function headerOf({ codec, isConfig = false, isKeyFrame = false, compositionMs = 0 }: FlvBodyInput): Buffer {
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
