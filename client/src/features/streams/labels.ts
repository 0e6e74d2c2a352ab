import type { AudioInfo, PublishUrls, StreamClient, StreamStatus, VideoInfo } from '@lianmai/protocol';

const CODECS: Record<VideoInfo['codec'] | AudioInfo['codec'], string> = {
  h264: 'H.264',
  hevc: 'HEVC',
  av1: 'AV1',
  vp9: 'VP9',
  aac: 'AAC',
  opus: 'Opus',
  mp3: 'MP3',
  unknown: '?',
};

/** The customary spelling, in both languages. */
export const PROTOCOLS: Record<StreamClient['protocol'], string> = {
  rtmp: 'RTMP',
  rtmps: 'RTMPS',
  srt: 'SRT',
  whip: 'WHIP',
  pull: 'Pull',
  program: 'Program',
  flv: 'HTTP-FLV',
  wsFlv: 'WS-FLV',
  hls: 'HLS',
  whep: 'WebRTC',
};

/** H.264 1280×720 30 fps. null: no video. */
export function videoText(video: VideoInfo | null): string | null {
  if (!video) return null;
  const { codec, width, height, fps } = video;
  return [CODECS[codec], width !== null && height !== null && `${width}×${height}`, fps !== null && `${Math.round(fps)} fps`]
    .filter(Boolean)
    .join(' ');
}

/** AAC 48 kHz. null: no audio. */
export function audioText(audio: AudioInfo | null): string | null {
  if (!audio) return null;
  const { codec, sampleRateHz } = audio;
  return [CODECS[codec], sampleRateHz !== null && `${sampleRateHz / 1000} kHz`].filter(Boolean).join(' ');
}

/** HTTP-FLV 3 · WebRTC 1, most first. Empty while nobody watches. */
export function playersText({ players }: Pick<StreamStatus, 'players'>): string {
  return (Object.entries(players) as [keyof typeof PROTOCOLS, number][])
    .filter(([, count]) => count > 0)
    .sort(([, one], [, other]) => other - one)
    .map(([protocol, count]) => `${PROTOCOLS[protocol]} ${count}`)
    .join(' · ');
}

/** The secret part of a publish URL. null: it has none. */
export function keyOf({ rtmpKey }: Pick<PublishUrls, 'rtmpKey'>): string | null {
  return new URLSearchParams(rtmpKey.split('?')[1] ?? '').get('key');
}

/** The same URL with its key masked. */
export const masked = (address: string, key: string | null): string => (key ? address.replaceAll(key, '•'.repeat(8)) : address);
