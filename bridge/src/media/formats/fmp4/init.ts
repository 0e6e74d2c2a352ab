import type { AacConfig } from '../aac.js';
import type { Av1Config } from '../av1.js';
import type { AvcConfig } from '../avc.js';
import type { HevcConfig } from '../hevc.js';
import { dOpsOf, OPUS_SAMPLE_RATE, type OpusConfig } from '../opus.js';
import { ascii, box, fullBox, u16, u32, u8, zeros } from './box.js';

interface TrackBase {
  /** From 1. */
  id: number;
  /** Ticks per second. */
  timescale: number;
}
export type VideoTrack = TrackBase & { kind: 'video' } & (
    { codec: 'h264'; config: AvcConfig } | { codec: 'hevc'; config: HevcConfig } | { codec: 'av1'; config: Av1Config }
  );
export type AudioTrack = TrackBase & { kind: 'audio' } & ({ codec: 'aac'; config: AacConfig } | { codec: 'opus'; config: OpusConfig });
export type Fmp4Track = VideoTrack | AudioTrack;

/**
 * `ftyp` + `moov` without samples. There is no edit list: fragments carry the stream's own times, which already account for the encoder's audio priming, so
 * audio and video line up as they do for an RTMP player.
 */
export function initSegment(tracks: readonly Fmp4Track[]): Buffer {
  const traks = tracks.map(trak);
  const mvex = box('mvex', ...tracks.map((track) => fullBox('trex', 0, 0, u32(track.id, 1, 0, 0, 0))));
  return Buffer.concat([box('ftyp', ascii('iso5'), u32(512), ascii('iso5iso6mp41')), box('moov', mvhd(tracks.length + 1), ...traks, mvex)]);
}

const MATRIX = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);

/** Times, rate 1.0, volume 1.0; durations are 0 because the fragments contain them. */
const mvhd = (nextTrackId: number) =>
  fullBox('mvhd', 0, 0, u32(0, 0, 1000, 0, 0x10000), u16(0x100, 0), zeros(8), MATRIX, zeros(24), u32(nextTrackId));

function trak(track: Fmp4Track): Buffer {
  const isVideo = track.kind === 'video';
  const size = isVideo ? u32(track.config.width * 0x10000, track.config.height * 0x10000) : zeros(8);
  const tkhd = fullBox('tkhd', 0, 3, u32(0, 0, track.id, 0, 0), zeros(8), u16(0, 0, isVideo ? 0 : 0x100, 0), MATRIX, size);
  const mdhd = fullBox('mdhd', 0, 0, u32(0, 0, track.timescale, 0), u16(UNDETERMINED, 0));
  const hdlr = fullBox('hdlr', 0, 0, u32(0), ascii(isVideo ? 'vide' : 'soun'), zeros(12), ascii(isVideo ? 'video\0' : 'audio\0'));
  const header = isVideo ? fullBox('vmhd', 0, 1, zeros(8)) : fullBox('smhd', 0, 0, zeros(4));
  const dinf = box('dinf', fullBox('dref', 0, 0, u32(1), fullBox('url ', 0, 1)));
  return box('trak', tkhd, box('mdia', mdhd, hdlr, box('minf', header, dinf, sampleTables(track))));
}

/** Language `und` in packed ISO 639-2. */
const UNDETERMINED = 0x55c4;

function sampleTables(track: Fmp4Track): Buffer {
  const entry = track.kind === 'video' ? videoEntry(track) : track.codec === 'aac' ? mp4a(track.config) : opus(track.config);
  const empty = [
    fullBox('stts', 0, 0, u32(0)),
    fullBox('stsc', 0, 0, u32(0)),
    fullBox('stsz', 0, 0, u32(0, 0)),
    fullBox('stco', 0, 0, u32(0)),
  ];
  return box('stbl', fullBox('stsd', 0, 0, u32(1), entry), ...empty);
}

const SEVENTY_TWO_DPI = 0x480000;

/** The sample entry and the box of the codec's configuration. `hvc1` keeps parameter sets in the entry, as Safari wants it. */
const VIDEO_BOXES = { h264: ['avc1', 'avcC'], hevc: ['hvc1', 'hvcC'], av1: ['av01', 'av1C'] } as const;

function videoEntry({ codec, config: { width, height, record } }: VideoTrack): Buffer {
  const [entry, configBox] = VIDEO_BOXES[codec];
  return box(
    entry,
    ...[zeros(6), u16(1), zeros(16), u16(width, height), u32(SEVENTY_TWO_DPI, SEVENTY_TWO_DPI, 0)],
    ...[u16(1), zeros(32), u16(24, 0xffff), box(configBox, record)],
  );
}

/** The rate field is 16.16: rates that do not fit are written as 0, as 14496-12 12.2.3 allows; players read them from the config. */
const mp4a = ({ channels, sampleRate, record }: AacConfig): Buffer =>
  box('mp4a', zeros(6), u16(1), zeros(8), u16(channels, 16, 0, 0), u32(sampleRate < 0x10000 ? sampleRate * 0x10000 : 0), esds(record));

const opus = (config: OpusConfig): Buffer =>
  box('Opus', zeros(6), u16(1), zeros(8), u16(config.channels, 16, 0, 0), u32(OPUS_SAMPLE_RATE * 0x10000), box('dOps', dOpsOf(config)));

/** ES, decoder config (AAC, audio stream) and specific info descriptors, 14496-1 7.2.6. */
function esds(record: Buffer): Buffer {
  const decoder = descriptor(4, u8(0x40, 0x15, 0, 0, 0), u32(0, 0), descriptor(5, record));
  return fullBox('esds', 0, 0, descriptor(3, u16(1), u8(0), decoder, descriptor(6, u8(2))));
}

/** Length as four 7-bit groups, as everyone writes it. */
function descriptor(tag: number, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const size = body.length;
  return Buffer.concat([
    u8(tag, 0x80 | ((size >> 21) & 0x7f), 0x80 | ((size >> 14) & 0x7f), 0x80 | ((size >> 7) & 0x7f), size & 0x7f),
    body,
  ]);
}
