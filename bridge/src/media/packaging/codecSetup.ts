import {
  FormatError,
  OPUS_SAMPLE_RATE,
  opusPacketSamples,
  parseAacConfig,
  parseAv1Config,
  parseAvcConfig,
  parseHevcConfig,
  parseOpusHead,
  type AudioTrack,
  type FlvBody,
  type VideoTrack,
} from '../formats/index.js';

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

/** A track as its configuration describes it, before the other tracks are known. */
export type VideoSetup = WithoutId<VideoTrack>;
export type AudioSetup = WithoutId<AudioTrack> & {
  /** A packet's length in ticks. */
  packetTicks: (data: Buffer) => number;
};

const VIDEO_TIMESCALE = 90_000;
const video = { kind: 'video', timescale: VIDEO_TIMESCALE } as const;

/** Returns null for a codec that HLS does not carry. Throws FormatError for an unreadable record. */
export function readVideoSetup({ codec, data }: FlvBody): VideoSetup | null {
  if (codec === 'h264') return { ...video, codec, config: parseAvcConfig(data) };
  if (codec === 'hevc') return { ...video, codec, config: parseHevcConfig(data) };
  if (codec === 'av1') return { ...video, codec, config: parseAv1Config(data) };
  return null;
}

/** Returns null for a codec that HLS does not carry. Throws FormatError for an unreadable record. */
export function readAudioSetup({ codec, data }: FlvBody): AudioSetup | null {
  if (codec === 'aac') {
    const config = parseAacConfig(data);
    return { kind: 'audio', timescale: config.sampleRate, codec, config, packetTicks: () => config.samplesPerFrame };
  }
  if (codec !== 'opus') return null;
  return { kind: 'audio', timescale: OPUS_SAMPLE_RATE, codec, config: parseOpusHead(data), packetTicks: opusTicks };
}

function opusTicks(packet: Buffer): number {
  const ticks = opusPacketSamples(packet);
  if (ticks === 0) throw new FormatError('not an Opus packet');
  return ticks;
}
