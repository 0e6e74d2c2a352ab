import { EncoderName } from '@lianmai/protocol';
import { listEncoders } from './fluentJobs.js';
import { runToEnd } from './runToEnd.js';

interface EncoderKind {
  /** FFmpeg's own name, for `-c:v`. */
  codec: string;
  /** Arguments before the inputs: the device. */
  deviceArgs: readonly string[];
  /** Filter that takes frames (yuv420p in memory) to the encoder; null: none. */
  filter: string | null;
  /** It runs on a chip that may be missing or allow few sessions, so it is tried before it is offered and opened no earlier than needed. */
  isHardware: boolean;
}

/** H.264 encoders that a profile may name, and how frames get into them. */
export const ENCODERS: Readonly<Record<EncoderName, EncoderKind>> = {
  x264: { codec: 'libx264', deviceArgs: [], filter: null, isHardware: false },
  nvenc: { codec: 'h264_nvenc', deviceArgs: [], filter: null, isHardware: true },
  qsv: { codec: 'h264_qsv', deviceArgs: [], filter: 'format=nv12', isHardware: true },
  vaapi: { codec: 'h264_vaapi', deviceArgs: ['-vaapi_device', '/dev/dri/renderD128'], filter: 'format=nv12,hwupload', isHardware: true },
  videotoolbox: { codec: 'h264_videotoolbox', deviceArgs: [], filter: null, isHardware: true },
};

const TRIAL_MS = 5000;

/** Returns the encoders that this binary lists and that really encode a frame here: a build may know NVENC on a machine without the card. */
export async function usableEncoders(path: string): Promise<EncoderName[]> {
  const listed = await listEncoders(path);
  const names = EncoderName.options.filter((name) => listed.has(ENCODERS[name].codec));
  const isUsable = await Promise.all(
    names.map(async (name) => !ENCODERS[name].isHardware || (await encodesOneFrame(path, ENCODERS[name]))),
  );
  return names.filter((_, index) => isUsable[index]);
}

async function encodesOneFrame(path: string, { codec, deviceArgs, filter }: EncoderKind): Promise<boolean> {
  const source = ['-f', 'lavfi', '-i', 'color=s=256x144:r=30', '-frames:v', '1'];
  const args = ['-nostdin', '-v', 'quiet', ...deviceArgs, ...source, ...(filter ? ['-vf', filter] : []), '-c:v', codec, '-f', 'null', '-'];
  const { code } = await runToEnd(path, args, { timeoutMs: TRIAL_MS });
  return code === 0;
}
