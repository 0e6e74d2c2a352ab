import { adtsHeader, parseAacConfig, type AacConfig } from '../aac.js';
import { AVC_NAL, avcNalType, parseAvcConfig } from '../avc.js';
import { type FlvBody, type FlvTag, type MediaCodec, readFlvBody } from '../flv/index.js';
import { FormatError } from '../FormatError.js';
import { HEVC_NAL, hevcNalType, parseHevcConfig } from '../hevc.js';
import { joinAnnexB, splitLengthPrefixed } from '../nal.js';
import { parseOpusHead } from '../opus.js';
import { opusControlHeader } from './TsOpusTrack.js';
import { PacketWriter } from './PacketWriter.js';
import { buildPat, buildPmt, PAT_PID, STREAM_TYPE, type ElementaryStream } from './psi.js';

type TsCodec = 'h264' | 'hevc' | 'aac' | 'opus' | 'mp3';
const STREAM_TYPES: Readonly<Record<TsCodec, number>> = {
  h264: STREAM_TYPE.h264,
  hevc: STREAM_TYPE.hevc,
  aac: STREAM_TYPE.adts,
  opus: STREAM_TYPE.private,
  mp3: STREAM_TYPE.mpeg1Audio,
};

/** AV1 and VP9 have no mapping that players can read. */
export const isTsCodec = (codec: MediaCodec | 'unknown'): codec is TsCodec => codec in STREAM_TYPES;

const PMT_PID = 0x1000;
const VIDEO_PID = 0x100;
const AUDIO_PID = 0x101;
const TABLES_EVERY_MS = 500;
/** The clock lags this much behind the decoding time, so that audio and video may be this far apart before a strict player considers one of them late. */
const CLOCK_BEHIND_90K = 90 * 100;
const WRAP = 2 ** 33;

interface VideoFormat {
  nalLengthBytes: number;
  /** In the order in which they are sent. */
  sets: Buffer[];
  delimiter: Buffer;
  typeOf: (nal: Buffer) => number;
  delimiterType: number;
  spsType: number;
}

/**
 * Tags → MPEG-TS in whole packets, without holding anything back. Tables precede each key frame and appear at least twice a second; parameter sets precede
 * each key frame. Tracks may join and change at any time, which updates the map. Codecs that TS does not carry, and damaged tags, yield no bytes.
 */
export class TsMuxer {
  readonly #writer = new PacketWriter();
  #video: { stream: ElementaryStream; format: VideoFormat } | null = null;
  #audio: { stream: ElementaryStream; aac: AacConfig | null } | null = null;
  #version = 0;
  #isMapNew = true;
  #tablesAtMs: number | null = null;

  push(tag: FlvTag): Buffer {
    const body = readFlvBody(tag);
    if (!body || !isTsCodec(body.codec)) return EMPTY;
    try {
      if (body.isConfig) return (this.#configure(body), EMPTY);
      return tag.kind === 'video' ? this.#pushVideo(tag, body) : this.#pushAudio(tag, body);
    } catch (error) {
      if (error instanceof FormatError) return EMPTY;
      throw error;
    }
  }

  #configure({ codec, data }: FlvBody): void {
    if (codec === 'h264' || codec === 'hevc') {
      const format = codec === 'h264' ? avcFormat(data) : hevcFormat(data);
      this.#video = { stream: this.#announce(this.#video?.stream, streamOf(codec, VIDEO_PID)), format };
    } else if (codec === 'aac') {
      const aac = parseAacConfig(Buffer.from(data));
      this.#audio = { stream: this.#announce(this.#audio?.stream, streamOf(codec, AUDIO_PID)), aac };
    } else if (codec === 'opus') {
      const { channels } = parseOpusHead(data);
      this.#audio = { stream: this.#announce(this.#audio?.stream, streamOf(codec, AUDIO_PID, channels)), aac: null };
    }
  }

  /** Keeps the map if nothing has changed. */
  #announce(known: ElementaryStream | undefined, stream: ElementaryStream): ElementaryStream {
    if (known && known.streamType === stream.streamType && known.opusChannels === stream.opusChannels) return known;
    this.#isMapNew = true;
    return stream;
  }

  #pushVideo(tag: FlvTag, { codec, compositionMs, data }: FlvBody): Buffer {
    if (this.#video?.stream.streamType !== STREAM_TYPES[codec as TsCodec]) return EMPTY;
    const { format, stream } = this.#video;
    const nals = splitLengthPrefixed(data, format.nalLengthBytes);
    const has = (type: number) => nals.some((nal) => format.typeOf(nal) === type);
    const front = [
      ...(has(format.delimiterType) ? [] : [format.delimiter]),
      ...(tag.isKeyFrame && !has(format.spsType) ? format.sets : []),
    ];
    const dts90k = Math.round(tag.dtsMs * 90);
    const times = { dts90k, pts90k: Math.round((tag.dtsMs + compositionMs) * 90) };
    const unit = pes(0xe0, times, [joinAnnexB([...front, ...nals])]);
    const packets = this.#writer.unit(unit, { pid: stream.pid, isKeyFrame: tag.isKeyFrame, pcr90k: clockOf(dts90k) });
    return this.#withTables(packets, tag.dtsMs, tag.isKeyFrame);
  }

  #pushAudio(tag: FlvTag, { codec, data }: FlvBody): Buffer {
    if (codec === 'mp3') this.#audio = { stream: this.#announce(this.#audio?.stream, streamOf(codec, AUDIO_PID)), aac: null };
    if (this.#audio?.stream.streamType !== STREAM_TYPES[codec as TsCodec]) return EMPTY;
    const { stream, aac } = this.#audio;
    const header = aac ? adtsHeader(aac, data.length) : codec === 'opus' ? opusControlHeader(data.length) : EMPTY;
    const time90k = Math.round(tag.dtsMs * 90);
    const unit = pes(codec === 'opus' ? 0xbd : 0xc0, { dts90k: time90k, pts90k: time90k }, [header, data]);
    const pcr90k = this.#video ? null : clockOf(time90k);
    return this.#withTables(this.#writer.unit(unit, { pid: stream.pid, isKeyFrame: !this.#video, pcr90k }), tag.dtsMs, false);
  }

  #withTables(packets: Buffer, dtsMs: number, isKeyFrame: boolean): Buffer {
    const sinceMs = this.#tablesAtMs === null ? Infinity : Math.abs(dtsMs - this.#tablesAtMs);
    if (!this.#isMapNew && !isKeyFrame && sinceMs < TABLES_EVERY_MS) return packets;
    if (this.#isMapNew) this.#version = (this.#version + 1) & 31;
    this.#isMapNew = false;
    this.#tablesAtMs = dtsMs;
    const streams = [this.#video?.stream, this.#audio?.stream].filter((stream) => stream !== undefined);
    const pmt = buildPmt({ version: this.#version, pcrPid: streams[0]?.pid ?? VIDEO_PID, streams });
    return Buffer.concat([this.#writer.section(PAT_PID, buildPat(PMT_PID)), this.#writer.section(PMT_PID, pmt), packets]);
  }
}

const EMPTY = Buffer.alloc(0);

const streamOf = (codec: TsCodec, pid: number, opusChannels = 0): ElementaryStream => ({
  ...{ pid, streamType: STREAM_TYPES[codec], opusChannels },
  registration: codec === 'opus' ? 'Opus' : codec === 'hevc' ? 'HEVC' : '',
});

function avcFormat(data: Buffer): VideoFormat {
  const { nalLengthBytes, sps, pps } = parseAvcConfig(Buffer.from(data));
  const delimiter = Buffer.from([AVC_NAL.aud, 0xf0]);
  return { nalLengthBytes, sets: [...sps, ...pps], delimiter, typeOf: avcNalType, delimiterType: AVC_NAL.aud, spsType: AVC_NAL.sps };
}

function hevcFormat(data: Buffer): VideoFormat {
  const { nalLengthBytes, vps, sps, pps } = parseHevcConfig(Buffer.from(data));
  const delimiter = Buffer.from([HEVC_NAL.aud << 1, 1, 0x50]);
  const types = { typeOf: hevcNalType, delimiterType: HEVC_NAL.aud, spsType: HEVC_NAL.sps };
  return { nalLengthBytes, sets: [...vps, ...sps, ...pps], delimiter, ...types };
}

const modulo = (time90k: number) => ((time90k % WRAP) + WRAP) % WRAP;
/** Never below 0: a clock that starts near its wrap would confuse players. */
const clockOf = (dts90k: number) => modulo(Math.max(0, dts90k - CLOCK_BEHIND_90K));

/** A PES with times (2.4.3.6). Its length is 0 if the frame is too long for the field, which is allowed for video only. */
function pes(streamId: number, { pts90k, dts90k }: { pts90k: number; dts90k: number }, parts: readonly Buffer[]): Buffer {
  const times = pts90k === dts90k ? [time(2, pts90k)] : [time(3, pts90k), time(1, dts90k)];
  const timesBytes = 5 * times.length;
  const length = 3 + timesBytes + parts.reduce((sum, part) => sum + part.length, 0);
  const isLong = length > 0xffff;
  if (isLong && streamId !== 0xe0) throw new FormatError('an audio frame is too long for a PES');
  const flags = times.length === 1 ? 0x80 : 0xc0;
  const head = Buffer.from([0, 0, 1, streamId, isLong ? 0 : length >> 8, isLong ? 0 : length & 0xff, 0x84, flags, timesBytes]);
  return Buffer.concat([head, ...times, ...parts]);
}

function time(prefix: number, time90k: number): Buffer {
  const value = modulo(time90k);
  const bytes = Buffer.allocUnsafe(5);
  bytes.writeUInt8((prefix << 4) | (Math.floor(value / 2 ** 30) << 1) | 1, 0);
  bytes.writeUInt16BE((((value >>> 15) & 0x7fff) << 1) | 1, 1);
  bytes.writeUInt16BE(((value & 0x7fff) << 1) | 1, 3);
  return bytes;
}
