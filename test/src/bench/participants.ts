import { spawn, type ChildProcess } from 'node:child_process';
import type { Profile, ProgramId, ProgramSource, RtpTrack, Scene, SourceId } from '@lianmai/protocol';
import type { BridgeHost } from './BridgeHost.js';

interface BenchProgram {
  programId: ProgramId;
  profile: Profile;
  scene: Scene;
  clips: readonly string[];
}

const FFMPEG = process.env.FFMPEG_PATH ?? 'ffmpeg';

/** A participant of a program, by number. */
export const sourceOf = (index: number): ProgramSource => ({
  id: `p${index}:camera` as SourceId,
  kind: 'camera',
  name: `Participant ${index + 1}`,
  hasVideo: true,
  hasAudio: true,
});

function tracksOf(index: number): RtpTrack[] {
  const common = { sourceId: sourceOf(index).id, rttMs: 20, channels: 2 };
  return [
    { ...common, trackId: `v${index}`, kind: 'video', codec: 'VP8', ssrc: 1000 + index, payloadType: 100, clockRate: 90_000 },
    { ...common, trackId: `a${index}`, kind: 'audio', codec: 'opus', ssrc: 2000 + index, payloadType: 111, clockRate: 48_000 },
  ];
}

/** A participant as the SFU would send it: RTP and sender reports, copied from a clip. Its cost is not measured. */
function sendClip(clip: string, index: number, port: number): ChildProcess {
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

/** Starts a program at `live/bench`, with a participant for each clip. Their processes go into `senders`, also when a later one fails. */
export async function startProgram(bridge: BridgeHost, { programId, profile, scene, clips }: BenchProgram, senders: ChildProcess[]) {
  const { rtp } = await bridge.request('startProgram', {
    programId,
    stream: { app: 'live', name: 'bench' },
    profile,
    sceneState: { version: 1, scene, mix: {}, sources: clips.map((_, index) => sourceOf(index)) },
    outputs: [],
  });
  for (const [index, clip] of clips.entries()) {
    for (const track of tracksOf(index)) await bridge.request('attachTrack', { programId, track });
    senders.push(sendClip(clip, index, rtp.port));
  }
}
