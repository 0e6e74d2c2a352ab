import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import { timeline, type Packet } from './ffmpeg.js';
import { PATIENCE_MS } from './until.js';

const run = promisify(execFile);

const Track = z.object({
  index: z.number(),
  codec_type: z.string().optional(),
  codec_name: z.string().optional(),
  width: z.number().optional(),
  height: z.number().optional(),
  sample_rate: z.coerce.number().optional(),
  channels: z.number().optional(),
});
const ProbedPacket = z.object({
  codec_type: z.string(),
  stream_index: z.number(),
  pts_time: z.coerce.number().optional(),
  dts_time: z.coerce.number().optional(),
  flags: z.string().optional(),
});
const Output = z.object({ streams: z.array(Track).default([]), packets: z.array(ProbedPacket).default([]) });
type Track = z.infer<typeof Track>;

export interface Probed {
  video: Track | null;
  audio: Track | null;
  packets: Packet[];
}

export interface ProbeOptions {
  /** Seconds of media, from where the player starts. */
  seconds?: number;
  timeoutMs?: number;
  /** Arguments before the URL. */
  args?: readonly string[];
}

/** The tracks and packets that ffprobe finds in the first seconds of a URL or file. Throws with ffprobe's message when it fails. */
export async function probe(url: string, { seconds = 3, timeoutMs = PATIENCE_MS, args = [] }: ProbeOptions = {}): Promise<Probed> {
  const entries =
    'stream=index,codec_type,codec_name,width,height,sample_rate,channels:packet=stream_index,codec_type,pts_time,dts_time,flags';
  const common = ['-v', 'error', '-of', 'json', '-show_entries', entries, '-read_intervals', `%+${seconds}`];
  const { stdout } = await run('ffprobe', [...common, ...args, url], { maxBuffer: 1 << 28, timeout: timeoutMs, killSignal: 'SIGKILL' });
  const { streams, packets } = Output.parse(JSON.parse(stdout));
  const track = (kind: string) => streams.find(({ codec_type }) => codec_type === kind) ?? null;
  const video = track('video');
  const audio = track('audio');
  // Only the first track of a kind counts: HLS has the sound a second time, for listeners.
  const judged = packets.filter(({ stream_index }) => stream_index === video?.index || stream_index === audio?.index);
  return { video, audio, packets: judged.flatMap(readPacket) };
}

function readPacket({ codec_type: kind, pts_time, dts_time, flags }: z.infer<typeof ProbedPacket>): Packet[] {
  if ((kind !== 'video' && kind !== 'audio') || pts_time === undefined) return [];
  return [{ kind, ptsMs: pts_time * 1000, dtsMs: (dts_time ?? pts_time) * 1000, isKey: flags?.startsWith('K') ?? false }];
}

/** Probes a stream: HTTP with a timeout for every reply, SRT with a bound on how much FFmpeg analyses first. */
export function probeStream(url: string, options: ProbeOptions = {}): Promise<Probed> {
  const args = url.startsWith('srt:') ? ['-analyzeduration', '1500000'] : url.startsWith('rtmp') ? [] : ['-rw_timeout', '15000000'];
  return probe(url, { ...options, args: [...args, ...(options.args ?? [])] });
}

export interface Judgement {
  maxStepMs?: number;
  maxSoundStepMs?: number;
  maxStartSkewMs?: number;
  /** Allows equal timestamps: the broadcaster sends them. */
  mayRepeat?: boolean;
}

/** The faults that a player would notice; empty if there are none. A step is the time between neighbours; a lost frame (of 15 a second) makes it too long. */
export function faultsOf({ packets }: Probed, options: Judgement = {}): string[] {
  const { maxStepMs = 100, maxSoundStepMs = 40, maxStartSkewMs = 200, mayRepeat = false } = options;
  const faults: string[] = [];
  const first = (kind: Packet['kind']) => packets.find((packet) => packet.kind === kind);
  for (const kind of ['video', 'audio'] as const) {
    const { count, maxStepMs: longest, backward: notForward } = timeline(packets, kind);
    const backward = mayRepeat ? stepsBack(packets, kind) : notForward;
    if (backward > 0) faults.push(`${kind}: ${backward} steps back in ${count}`);
    if (longest > (kind === 'video' ? maxStepMs : maxSoundStepMs)) faults.push(`${kind}: a step of ${Math.round(longest)} ms`);
  }
  const video = first('video');
  const audio = first('audio');
  if (video && !video.isKey) faults.push('starts without a key frame');
  const skewMs = video && audio ? audio.dtsMs - video.dtsMs : 0;
  if (Math.abs(skewMs) > maxStartSkewMs) faults.push(`sound starts ${Math.round(skewMs)} ms after the picture`);
  return faults;
}

function stepsBack(packets: readonly Packet[], kind: Packet['kind']): number {
  const times = packets.filter((packet) => packet.kind === kind).map(({ dtsMs }) => dtsMs);
  return times.filter((time, index) => time < (times[index - 1] ?? time)).length;
}
