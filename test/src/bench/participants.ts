import { spawn, type ChildProcess } from 'node:child_process';
import type { ProgramSource, RtpTrack, SourceId } from '@lianmai/protocol';

const FFMPEG = process.env.FFMPEG_PATH ?? 'ffmpeg';

/** A participant of a program, by number. */
export const sourceOf = (index: number): ProgramSource => ({
  id: `p${index}:camera` as SourceId,
  kind: 'camera',
  name: `Participant ${index + 1}`,
  hasVideo: true,
  hasAudio: true,
});

export function tracksOf(index: number): RtpTrack[] {
  const common = { sourceId: sourceOf(index).id, rttMs: 20, channels: 2 };
  return [
    { ...common, trackId: `v${index}`, kind: 'video', codec: 'VP8', ssrc: 1000 + index, payloadType: 100, clockRate: 90_000 },
    { ...common, trackId: `a${index}`, kind: 'audio', codec: 'opus', ssrc: 2000 + index, payloadType: 111, clockRate: 48_000 },
  ];
}

/** A participant as the SFU would send it: RTP and sender reports, copied from a clip. Its cost is not measured. */
export function sendClip(clip: string, index: number, port: number): ChildProcess {
  const to = `rtp://127.0.0.1:${port}?rtcpport=${port}&pkt_size=1200`;
  return spawn(
    FFMPEG,
    [
      '-nostdin', '-v', 'error', '-re', '-stream_loop', '-1', '-i', clip,
      '-map', '0:v', '-c', 'copy', '-ssrc', String(1000 + index), '-payload_type', '100', '-f', 'rtp', to,
      '-map', '0:a', '-c', 'copy', '-ssrc', String(2000 + index), '-payload_type', '111', '-f', 'rtp', to,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  ); // prettier-ignore
}
