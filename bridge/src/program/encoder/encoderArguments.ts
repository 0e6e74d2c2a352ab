import { AUDIO_RATE, FPS, type EncoderName, type Profile } from '@lianmai/protocol';
import { sameHeaders, type EncodingStep } from './encodingSteps.js';
import { ENCODERS } from '../../media/ffmpeg/index.js';

type Preset = EncodingStep['preset'];

/** A key frame every 2 s, since each HLS segment starts with one: by the clock, because frames may be left out, from the first frame after the lead-in. */
const GOP_S = 2;
const GOP_FRAMES = GOP_S * FPS;
const KEY_FRAMES = ['-force_key_frames', `expr:if(lte(n,1),1,gte(t,prev_forced_t+${GOP_S}))`];

/** BT.601, limited range (see compositor/yuvColour.ts). The raw input is tagged as well, so that no FFmpeg inserts a conversion. */
const COLOUR = ['-color_range', 'tv', '-colorspace', 'smpte170m', '-color_primaries', 'smpte170m', '-color_trc', 'smpte170m'];

/** The preset and latency options of each encoder: no B-frames and no delay, so each frame comes out before the next one goes in. */
const LOW_LATENCY: Readonly<Record<EncoderName, (profile: Profile, preset: Preset) => readonly string[]>> = {
  x264: (profile, preset) => [
    ...['-preset', preset, '-tune', 'zerolatency', '-sc_threshold', '0'],
    ...x264Threads(profile.name, preset),
    ...sameHeaders(profile.preset, preset),
  ],
  nvenc: () => words('-preset p4 -tune ll -rc cbr -bf 0 -zerolatency 1 -delay 0 -no-scenecut 1 -forced-idr 1'),
  qsv: () => ['-preset', 'veryfast', '-async_depth', '1', '-bf', '0', '-forced_idr', '1'],
  vaapi: () => ['-rc_mode', 'CBR', '-bf', '0'],
  videotoolbox: () => ['-realtime', '1', '-bf', '0'],
};

/** Slices cost bits and wake-ups (4 % of the CPU), which is not worth it for a frame that one thread encodes in a few ms. */
const x264Threads = (name: Profile['name'], preset: Preset): string[] =>
  name !== '1080p' && LIGHT_PRESETS.has(preset) ? ['-threads:v', '1'] : [];
const LIGHT_PRESETS: ReadonlySet<string> = new Set(['ultrafast', 'superfast']);
const words = (line: string): string[] => line.split(' ');

/** Probing raw media would find nothing that the arguments do not say, so FFmpeg starts with the first byte. */
const NO_PROBING = ['-probesize', '32', '-analyzeduration', '0'];

export interface EncoderPipes {
  video: string;
  audio: string;
  flv: string;
}

/**
 * Raw frames with their times (IVF) and samples in, FLV out. Frames may be left out: their times are kept as they are (`-copyts`) and count from the first
 * sample, that of the lead-in.
 */
export function encoderArguments(profile: Profile, pipes: EncoderPipes, preset: Preset): string[] {
  return [
    ...['-hide_banner', '-v', 'warning', '-nostats', '-copyts'],
    ...ENCODERS[profile.encoder].deviceArgs,
    ...videoInput(pipes.video),
    ...audioInput(pipes.audio),
    ...['-map', '0:v', '-map', '1:a'],
    ...videoCodec(profile, preset),
    ...['-c:a', 'aac', '-aac_coder', 'fast', '-b:a', `${profile.audioBitrateKbps}k`],
    ...['-flags', '+global_header', '-flush_packets', '1', '-f', 'flv', '-flvflags', 'no_duration_filesize', pipes.flv],
  ];
}

function videoInput(pipe: string): string[] {
  return ['-thread_queue_size', '32', ...NO_PROBING, ...COLOUR, '-f', 'ivf', '-i', pipe];
}

function audioInput(pipe: string): string[] {
  return ['-thread_queue_size', '256', ...NO_PROBING, '-f', 's16le', '-ar', String(AUDIO_RATE), '-ch_layout', 'stereo', '-i', pipe];
}

function videoCodec(profile: Profile, preset: Preset): string[] {
  const { codec, filter } = ENCODERS[profile.encoder];
  const rate = `${profile.videoBitrateKbps}k`;
  return [
    ...(filter ? ['-vf', filter] : []),
    ...['-fps_mode', 'passthrough', '-c:v', codec, ...LOW_LATENCY[profile.encoder](profile, preset), ...COLOUR],
    ...['-b:v', rate, '-maxrate', rate, '-bufsize', `${2 * profile.videoBitrateKbps}k`],
    ...['-g', String(GOP_FRAMES), '-keyint_min', String(GOP_FRAMES), ...KEY_FRAMES],
  ];
}
