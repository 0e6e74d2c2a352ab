import type { Log } from '@lianmai/kit';
import type { RtpTrack, SourceId } from '@lianmai/protocol';
import type { Ffmpeg } from '../ffmpeg/index.js';
import type { Frame, Source } from './contract.js';
import type { RtpReceiver } from './rtp/index.js';

export interface RtpSourceOptions {
  id: SourceId;
  ffmpeg: Ffmpeg;
  receiver: RtpReceiver;
  /** Called when a track needs a key frame; rate-limited to one per 500 ms and track. */
  requestKeyFrame: (trackId: string) => void;
  log: Log;
}

export interface RtpSourceStats {
  /** The living decoder, null when there is none. */
  decoderPid: number | null;
  /** CPU of all decoders this source has had, seconds. */
  decoderCpuSeconds: number;
  decoderRssBytes: number;
  decoderRestarts: number;
  framesDecoded: number;
  /** RTP packets given up, audio and video. */
  lostPackets: number;
  /** Size of the last picture, null before the first. */
  frameSize: { width: number; height: number } | null;
}

/** A participant's camera or screen as the SFU sends it: one RTP video and one RTP audio track, each replaceable while on air. */
export class RtpSource implements Source {
  readonly id: SourceId;
  constructor(options: RtpSourceOptions) {
    this.id = options.id;
  }
  get delayMs(): number {
    return 0;
  }
  get restarts(): number {
    return 0;
  }
  /** Starts a track; one of the same kind that is there already is replaced under the living decoder. */
  attach(_track: RtpTrack): void {}
  detach(_trackId: string): void {}
  /** A newer measurement of the publisher's round trip: moves the reorder wait. */
  setRtt(_trackId: string, _rttMs: number): void {}
  frameAt(_atMs: number): Frame | null {
    return null;
  }
  mixAudioInto(_out: Float32Array, _atMs: number, _gain: number): boolean {
    return false;
  }
  setTile(_tile: Parameters<Source['setTile']>[0]): void {}
  stats(): RtpSourceStats {
    return { decoderPid: null, decoderCpuSeconds: 0, decoderRssBytes: 0, decoderRestarts: 0, framesDecoded: 0, lostPackets: 0, frameSize: null };
  }
  async close(_reason: string): Promise<void> {}
}
