import type { Conversion } from '@lianmai/protocol';
import { readFlvBody, type AudioCodecName, type VideoCodecName } from '../../media/formats/index.js';
import type { MediaTag } from '../stream/index.js';

/** What a kind of reader can take. What it cannot is made into the first codec of its list. */
export interface AcceptedCodecs {
  /** Readers of one target with the same needs share what is made for them. */
  target: Conversion['target'] | 'mp4';
  /** As people call it. */
  label: string;
  video: readonly VideoCodecName[];
  bFrames: boolean;
  audio: readonly AudioCodecName[];
  /** Where nothing can be made of a track, the stream is taken as it is, and that track is left out. */
  mayDropVideo?: true;
}

/** Whether readers can take this tag as it is. */
export function takes({ video, audio, mayDropVideo }: AcceptedCodecs, tag: MediaTag): boolean {
  const codec = readFlvBody(tag)?.codec;
  const accepted: readonly string[] = tag.kind === 'video' ? video : audio;
  const isLeftOut = mayDropVideo === true && tag.kind === 'video';
  return isLeftOut || codec === undefined || accepted.includes(codec);
}

type PlayerAccepts = AcceptedCodecs & { target: Conversion['target'] };

/** Browsers play what the SFU forwards: no B-frames, because RTP has no decoding times. */
export const WEBRTC: PlayerAccepts = { target: 'webrtc', label: 'WebRTC', video: ['h264'], bFrames: false, audio: ['opus'] };
/** HTTP-FLV, WS-FLV and RTMP play. Players that know enhanced RTMP take the newer pictures; Opus only some of them do. */
export const FLV: PlayerAccepts = {
  target: 'flv',
  label: 'FLV',
  video: ['h264', 'hevc', 'av1', 'vp9'],
  bFrames: true,
  audio: ['aac', 'mp3'],
};
export const HLS: PlayerAccepts = {
  target: 'hls',
  label: 'HLS',
  video: ['h264', 'hevc', 'av1'],
  bFrames: true,
  audio: ['aac'],
  mayDropVideo: true,
};
export const SRT: PlayerAccepts = { target: 'srt', label: 'SRT', video: ['h264', 'hevc'], bFrames: true, audio: ['aac', 'opus', 'mp3'] };

/** Files for later: what MP4 can hold stays as it is. VP9, which our writer does not know, is left out there and the sound is kept. */
export const MP4: AcceptedCodecs = {
  target: 'mp4',
  label: 'MP4',
  video: ['h264', 'hevc', 'av1', 'vp9'],
  bFrames: true,
  audio: ['aac', 'opus'],
};

/** What the API tells about: every kind of player. */
export const PLAYER_KINDS: readonly PlayerAccepts[] = [WEBRTC, FLV, HLS, SRT];
