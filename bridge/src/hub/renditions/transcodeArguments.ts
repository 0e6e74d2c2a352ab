import type { MediaInfo } from './StreamProbe.js';

export interface TranscodeJob {
  kind: 'video' | 'audio';
  /** FFmpeg arguments that follow the input. */
  encoder: readonly string[];
}

const OPUS = ['-c:a', 'libopus', '-b:a', '128k', '-application', 'audio', '-frame_duration', '20'];
const AAC = ['-c:a', 'aac', '-b:a', '128k'];
/**
 * 48 kHz stereo. `async` keeps audio on the source's timestamps: drift over 5 ms (FLV rounds to whole ms) is corrected by at most 1 % of
 * speed, drift over 40 ms by silence or a cut.
 */
const RESAMPLE = ['-af', 'aresample=48000:async=480:min_comp=0.005:min_hard_comp=0.04', '-ac', '2'];

export const audioJob = (to: 'aac' | 'opus'): TranscodeJob => ({
  kind: 'audio',
  encoder: ['-map', '0:a:0', ...RESAMPLE, ...(to === 'opus' ? OPUS : AAC)],
});

/** Used while the source's bitrate is unknown. */
const DEFAULT_KBPS = 3000;
const MIN_KBPS = 400;
const MAX_KBPS = 12_000;

const X264 = '-c:v libx264 -preset superfast -tune zerolatency -profile:v baseline -bf 0 -pix_fmt yuv420p'.split(' ');

/**
 * Same size and timestamps as the source (a 90 kHz time base, or FFmpeg would snap times to a guessed frame rate). Key frames at `fromMs`,
 * where the output takes over, and every two seconds after that, so viewers start quickly.
 */
export function videoJob({ video, videoKbps }: MediaInfo, fromMs: number): TranscodeJob {
  // H.264 needs roughly the source's bitrate; H.264 made from HEVC looks slightly worse at that rate.
  const kbps = Math.round(Math.min(MAX_KBPS, Math.max(MIN_KBPS, (videoKbps ?? DEFAULT_KBPS) * 1.2)));
  const rate = ['-crf', '23', '-maxrate', `${kbps}k`, '-bufsize', `${kbps}k`];
  // FFmpeg would assume 90,000 fps for a source of unknown frame rate and choose an H.264 level that no player decodes.
  const fps = Math.round(Math.min(240, Math.max(1, video?.fps ?? 30)));
  const times = ['-fps_mode', 'passthrough', '-enc_time_base', '1:90000', '-x264-params', `fps=${fps}`];
  const keyFrames = ['-g', `${2 * fps}`, '-force_key_frames', `expr:gte(t,${(fromMs - 1) / 1000}+2*n_forced)`];
  return { kind: 'video', encoder: ['-map', '0:v:0', ...X264, ...times, ...rate, ...keyFrames] };
}

/**
 * Low latency: the shortest probe that the tables allow (the muxer writes tables and config first), one decoding thread (each frame thread
 * holds back a frame), no mux delay, every packet flushed, and PES lengths set so that packets end on time.
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
