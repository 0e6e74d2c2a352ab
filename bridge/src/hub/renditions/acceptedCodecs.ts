import type { Conversion } from '@lianmai/protocol';
import { readFlvBody, type AudioCodecName, type VideoCodecName } from '../../media/formats/index.js';
import type { MediaTag } from '../stream/index.js';

/** Codecs that one kind of reader can play. Other codecs are transcoded to the first of each list. */
export interface AcceptedCodecs {
  /** Readers with the same target and needs share one conversion. */
  target: Conversion['target'] | 'mp4';
  /** Display name, used in the reasons that users see. */
  label: string;
  video: readonly VideoCodecName[];
  bFrames: boolean;
  audio: readonly AudioCodecName[];
  /** Video that cannot be transcoded is left out instead of making the whole stream unplayable. */
  mayDropVideo?: true;
}

/** Whether readers can play this tag unchanged. */
export function takes({ video, audio, mayDropVideo }: AcceptedCodecs, tag: MediaTag): boolean {
  const codec = readFlvBody(tag)?.codec;
  const accepted: readonly string[] = tag.kind === 'video' ? video : audio;
  const isLeftOut = mayDropVideo === true && tag.kind === 'video';
  return isLeftOut || codec === undefined || accepted.includes(codec);
}

type PlayerAccepts = AcceptedCodecs & { target: Conversion['target'] };

/** The SFU forwards to browsers. RTP carries no decoding times, so B-frames are impossible. */
export const WEBRTC: PlayerAccepts = { target: 'webrtc', label: 'WebRTC', video: ['h264'], bFrames: false, audio: ['opus'] };
/** HTTP-FLV, WS-FLV and RTMP players. Enhanced RTMP players decode the newer video codecs; only some decode Opus. */
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

/** Recordings: codecs that MP4 can hold stay unchanged. Our MP4 writer omits VP9 and keeps the audio. */
export const MP4: AcceptedCodecs = {
  target: 'mp4',
  label: 'MP4',
  video: ['h264', 'hevc', 'av1', 'vp9'],
  bFrames: true,
  audio: ['aac', 'opus'],
};

/** Every kind of player, as the API reports them. */
export const PLAYER_KINDS: readonly PlayerAccepts[] = [WEBRTC, FLV, HLS, SRT];
