import type { MediaInfo } from './StreamProbe.js';

export interface TranscodeJob {
  kind: 'video' | 'audio';
  /** Goes into the argument list after the input. */
  encoder: readonly string[];
}

const OPUS = ['-c:a', 'libopus', '-b:a', '128k', '-application', 'audio', '-frame_duration', '20'];
const AAC = ['-c:a', 'aac', '-b:a', '128k'];
/**
 * 48 kHz stereo. `async` keeps the sound on the source's times: what is off by more than 5 ms (FLV rounds to whole ms) is caught up by at most 1 % of speed,
 * by silence or a cut beyond 40 ms.
 */
const RESAMPLE = ['-af', 'aresample=48000:async=480:min_comp=0.005:min_hard_comp=0.04', '-ac', '2'];

export const audioJob = (to: 'aac' | 'opus'): TranscodeJob => ({
  kind: 'audio',
  encoder: ['-map', '0:a:0', ...RESAMPLE, ...(to === 'opus' ? OPUS : AAC)],
});

/** Without a measured rate of the source. */
const DEFAULT_KBPS = 3000;
const MIN_KBPS = 400;
const MAX_KBPS = 12_000;

const X264 = '-c:v libx264 -preset superfast -tune zerolatency -profile:v baseline -bf 0 -pix_fmt yuv420p'.split(' ');

/**
 * Same size and times as the source (90 kHz, or times would be moved to a guessed frame rate). A key frame at `fromMs`, where its output is taken up, and
 * then every two seconds, so that a viewer does not wait.
 */
export function videoJob({ video, videoKbps }: MediaInfo, fromMs: number): TranscodeJob {
  // H.264 needs about as much as what it is made from; made from HEVC it looks a little worse for it.
  const kbps = Math.round(Math.min(MAX_KBPS, Math.max(MIN_KBPS, (videoKbps ?? DEFAULT_KBPS) * 1.2)));
  const rate = ['-crf', '23', '-maxrate', `${kbps}k`, '-bufsize', `${kbps}k`];
  // A source that does not tell its rate is taken to have 90,000 pictures a second, which is no level that a player decodes.
  const fps = Math.round(Math.min(240, Math.max(1, video?.fps ?? 30)));
  const times = ['-fps_mode', 'passthrough', '-enc_time_base', '1:90000', '-x264-params', `fps=${fps}`];
  const keyFrames = ['-g', `${2 * fps}`, '-force_key_frames', `expr:gte(t,${(fromMs - 1) / 1000}+2*n_forced)`];
  return { kind: 'video', encoder: ['-map', '0:v:0', ...X264, ...times, ...rate, ...keyFrames] };
}

/**
 * Nothing may wait for anything: a probe as short as the tables allow (the muxer writes tables and configuration first), one decoding thread (frame threads
 * each hold a picture back), no mux delay, every packet flushed, PES with their lengths so that they end where they end.
 */
export function transcodeArguments({ encoder }: TranscodeJob, at: { input: string; output: string }): string[] {
  const input = [
    '-probesize',
    '1000',
    '-analyzeduration',
    '0',
    '-flags',
    'low_delay',
    '-threads',
    '1',
    '-copyts',
    '-f',
    'mpegts',
    '-i',
    at.input,
  ];
  const delays = ['-muxdelay', '0', '-muxpreload', '0', '-pes_payload_size', '0', '-omit_video_pes_length', '0', '-flush_packets', '1'];
  return [
    '-hide_banner',
    '-loglevel',
    'warning',
    '-nostdin',
    ...input,
    ...encoder,
    '-avoid_negative_ts',
    'disabled',
    ...delays,
    '-f',
    'mpegts',
    at.output,
  ];
}
