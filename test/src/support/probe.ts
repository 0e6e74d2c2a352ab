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
  /** Of media, from where the player starts. */
  seconds?: number;
  timeoutMs?: number;
  /** Before the URL. */
  args?: readonly string[];
}

/** What ffprobe finds in the first seconds of a URL or a file: tracks, and every packet. Throws with its words when it cannot. */
export async function probe(url: string, { seconds = 3, timeoutMs = PATIENCE_MS, args = [] }: ProbeOptions = {}): Promise<Probed> {
  const entries =
    'stream=index,codec_type,codec_name,width,height,sample_rate,channels:packet=stream_index,codec_type,pts_time,dts_time,flags';
  const common = ['-v', 'error', '-of', 'json', '-show_entries', entries, '-read_intervals', `%+${seconds}`];
  const { stdout } = await run('ffprobe', [...common, ...args, url], { maxBuffer: 1 << 28, timeout: timeoutMs, killSignal: 'SIGKILL' });
  const { streams, packets } = Output.parse(JSON.parse(stdout));
  const track = (kind: string) => streams.find(({ codec_type }) => codec_type === kind) ?? null;
  const [video, audio] = [track('video'), track('audio')];
  // The first of a kind is judged: HLS has the sound a second time, for those who only listen.
  const judged = packets.filter(({ stream_index }) => stream_index === video?.index || stream_index === audio?.index);
  return { video, audio, packets: judged.flatMap(readPacket) };
}

function readPacket({ codec_type: kind, pts_time, dts_time, flags }: z.infer<typeof ProbedPacket>): Packet[] {
  if ((kind !== 'video' && kind !== 'audio') || pts_time === undefined) return [];
  return [{ kind, ptsMs: pts_time * 1000, dtsMs: (dts_time ?? pts_time) * 1000, isKey: flags?.startsWith('K') ?? false }];
}

/** HLS with a clock for every answer; SRT with a bound on what FFmpeg looks at before it decides. */
export function probeStream(url: string, options: ProbeOptions = {}): Promise<Probed> {
  const args = url.startsWith('srt:') ? ['-analyzeduration', '1500000'] : url.startsWith('rtmp') ? [] : ['-rw_timeout', '15000000'];
  return probe(url, { ...options, args: [...args, ...(options.args ?? [])] });
}

export interface Judgement {
  maxStepMs?: number;
  maxSoundStepMs?: number;
  maxStartSkewMs?: number;
  /** Neighbours with the same time are the broadcaster's own. */
  mayRepeat?: boolean;
}

/** What a player would stumble over; empty: nothing. A step is the time between neighbours: a lost picture (of 15 a second) or a lost sound shows as one too long. */
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
  const [video, audio] = [first('video'), first('audio')];
  if (video && !video.isKey) faults.push('begins without a key frame');
  const skewMs = video && audio ? audio.dtsMs - video.dtsMs : 0;
  if (Math.abs(skewMs) > maxStartSkewMs) faults.push(`sound begins ${Math.round(skewMs)} ms after the picture`);
  return faults;
}

function stepsBack(packets: readonly Packet[], kind: Packet['kind']): number {
  const times = packets.filter((packet) => packet.kind === kind).map(({ dtsMs }) => dtsMs);
  return times.filter((time, index) => time < (times[index - 1] ?? time)).length;
}
