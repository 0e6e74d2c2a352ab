import type { Bridging } from '@lianmai/protocol';
import type { AudioCodecName, VideoCodecName } from '../formats/index.js';

/** What a kind of reader can take. What it cannot is made into the first codec of its list. */
export interface Accepts {
  target: Bridging['target'];
  /** As people call it. */
  label: string;
  video: readonly VideoCodecName[];
  bFrames: boolean;
  audio: readonly AudioCodecName[];
}

/** Browsers play what the SFU forwards: no B-frames, because RTP has no decoding times. */
export const WEBRTC: Accepts = { target: 'webrtc', label: 'WebRTC', video: ['h264'], bFrames: false, audio: ['opus'] };
/** HTTP-FLV, WS-FLV and RTMP play. Players that know enhanced RTMP take the newer pictures; Opus only some of them do. */
export const FLV: Accepts = { target: 'flv', label: 'FLV', video: ['h264', 'hevc', 'av1', 'vp9'], bFrames: true, audio: ['aac', 'mp3'] };
export const HLS: Accepts = { target: 'hls', label: 'HLS', video: ['h264', 'hevc', 'av1'], bFrames: true, audio: ['aac'] };
export const SRT: Accepts = { target: 'srt', label: 'SRT', video: ['h264', 'hevc'], bFrames: true, audio: ['aac', 'opus', 'mp3'] };

export const ALL_ACCEPTS: readonly Accepts[] = [WEBRTC, FLV, HLS, SRT];
