import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '@lianmai/kit';
import type { RtpTrack, SourceId, VideoCodec } from '@lianmai/protocol';
import { FfmpegProcess } from '../../../media/ffmpeg/index.js';

export interface MediaOptions {
  path: string;
  log: Log;
  codec: VideoCodec;
  /** lavfi sources. */
  picture: string;
  sound: string;
  seconds: number;
  /** Key frame requests go unanswered here. */
  keyFrameEvery: number;
}

const ENCODERS: Readonly<Record<VideoCodec, string[]>> = {
  VP8: ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '900k'],
  VP9: ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '900k'],
  H264: ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-profile:v', 'baseline', '-b:v', '900k'],
};
const VIDEO_PAYLOAD_TYPE = 100;
const AUDIO_PAYLOAD_TYPE = 111;

/** Encodes a file beforehand, so that sending it in real time costs nothing. */
export async function makeMedia({ path, log, codec, picture, sound, seconds, keyFrameEvery }: MediaOptions): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'lianmai-test-')), `${codec}.mkv`);
  const inputs = ['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', sound, '-t', String(seconds)];
  const video = ['-map', '0:v', '-pix_fmt', 'yuv420p', ...ENCODERS[codec], '-g', String(keyFrameEvery)];
  const audio = ['-map', '1:a', '-c:a', 'libopus', '-b:a', '64k', '-ac', '2'];
  const encoder = new FfmpegProcess({
    path,
    name: 'media',
    pipes: {},
    commandLine: () => ['-v', 'error', ...inputs, ...video, ...audio, file],
    log,
  });
  const { code } = await encoder.exited;
  if (code !== 0) throw new Error(`no test media: FFmpeg exited with ${code}`);
  return file;
}

export interface SenderOptions {
  path: string;
  log: Log;
  file: string;
  codec: VideoCodec;
  /** Where to send the RTP and RTCP of each track. */
  videoPort: number;
  audioPort: number;
  ssrc: number;
}

/** FFmpeg as a publisher without an SFU: sends a file over RTP in real time, with sender reports. */
export class RtpSender extends FfmpegProcess<never> {
  readonly #options: SenderOptions;

  constructor(options: SenderOptions) {
    super({ path: options.path, name: 'sender', pipes: {}, commandLine: () => senderArgs(options), log: options.log });
    this.#options = options;
  }

  tracks(sourceId: SourceId): { video: RtpTrack; audio: RtpTrack } {
    const { ssrc, codec } = this.#options;
    const video = { kind: 'video', codec, ssrc, payloadType: VIDEO_PAYLOAD_TYPE, clockRate: 90_000 } as const;
    const audio = { kind: 'audio', codec: 'opus', ssrc: ssrc + 1, payloadType: AUDIO_PAYLOAD_TYPE, clockRate: 48_000 } as const;
    const common = { sourceId, channels: 2, rttMs: 5 };
    return { video: { ...common, ...video, trackId: `v${ssrc}` }, audio: { ...common, ...audio, trackId: `a${ssrc}` } };
  }
}

function senderArgs({ codec, file, videoPort, audioPort, ssrc }: SenderOptions): string[] {
  const input = ['-v', 'error', '-re', '-stream_loop', '-1', '-i', file];
  const annexB = codec === 'H264' ? ['-bsf:v', 'h264_mp4toannexb'] : [];
  const experimental = codec === 'VP9' ? ['-strict', '-2'] : [];
  const to = (port: number, payloadType: number, id: number) => {
    const rtp = ['-f', 'rtp', '-payload_type', String(payloadType), '-ssrc', String(id)];
    return [...rtp, `rtp://127.0.0.1:${port}?rtcpport=${port}&pkt_size=1200`];
  };
  const video = ['-map', '0:v', '-c', 'copy', ...annexB, ...experimental, ...to(videoPort, VIDEO_PAYLOAD_TYPE, ssrc)];
  return [...input, ...video, '-map', '0:a', '-c', 'copy', ...to(audioPort, AUDIO_PAYLOAD_TYPE, ssrc + 1)];
}
