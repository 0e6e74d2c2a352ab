import type { Log } from '@lianmai/kit';
import type { RtpTrack, SourceId } from '@lianmai/protocol';
import type { Ffmpeg } from '../../media/ffmpeg/index.js';
import { AudioInput } from './audio/index.js';
import type { Frame, Source } from './contract.js';
import type { RtpReceiver } from '../../media/rtp/index.js';
import { SourceSync } from './SourceSync.js';
import { PlayoutDelay } from './PlayoutDelay.js';
import { VideoInput } from './video/index.js';

export interface RtpSourceOptions {
  id: SourceId;
  ffmpeg: Pick<Ffmpeg, 'path'>;
  receiver: RtpReceiver;
  /** Called when a track needs a key frame: at most every 500 ms for each track, until it came. */
  requestKeyFrame: (trackId: string) => void;
  log: Log;
}

export interface RtpSourceStats {
  /** The living decoder, null when there is none. */
  decoderPid: number | null;
  /** CPU of all decoders that this source has had, seconds. */
  decoderCpuSeconds: number;
  decoderRssBytes: number;
  decoderRestarts: number;
  framesDecoded: number;
  /** RTP packets given up, audio and video, of all tracks. */
  lostPackets: number;
  /** Size of the newest picture, null before the first. */
  frameSize: { width: number; height: number } | null;
}

/** A participant's camera or screen as the SFU sends it: one RTP video and one RTP audio track, each replaceable while on air. */
export class RtpSource implements Source {
  readonly id: SourceId;
  readonly #sync = new SourceSync(new PlayoutDelay());
  readonly #picture: VideoInput;
  readonly #sound: AudioInput;
  #isClosed = false;

  constructor({ id, ffmpeg, receiver, requestKeyFrame, log }: RtpSourceOptions) {
    this.id = id;
    this.#picture = new VideoInput({ id, ffmpeg, receiver, sync: this.#sync, requestKeyFrame, log });
    this.#sound = new AudioInput({ id, receiver, sync: this.#sync, log });
  }

  /** The part of the delay between capture and composition that is ours: from the earliest arrival to the tick. */
  get delayMs(): number {
    return this.#sync.delay.ms;
  }

  get restarts(): number {
    return this.#picture.restarts;
  }

  /** Starts a track; one of the same kind that is there already is replaced under the living decoder. */
  attach(track: RtpTrack): void {
    if (this.#isClosed) return;
    if (track.codec === 'opus') this.#sound.attach(track);
    else this.#picture.attach(track, track.codec);
  }

  /** Ends a track; one that has been replaced already is not known any more. */
  detach(trackId: string): void {
    this.#picture.detach(trackId);
    this.#sound.detach(trackId);
  }

  /** A newer measurement of the publisher's round trip: moves the reorder wait. */
  setRtt(trackId: string, rttMs: number): void {
    this.#picture.setRtt(trackId, rttMs);
    this.#sound.setRtt(trackId, rttMs);
  }

  frameAt(atMs: number): Frame | null {
    return this.#picture.frameAt(atMs);
  }

  mixAudioInto(out: Float32Array, atMs: number, gain: number): boolean {
    return this.#sound.mixInto(out, atMs, gain);
  }

  setTile(tile: Parameters<Source['setTile']>[0]): void {
    this.#picture.setTile(tile);
  }

  stats(): RtpSourceStats {
    const picture = this.#picture.stats();
    return { ...picture, lostPackets: picture.lostPackets + this.#sound.lostPackets };
  }

  async close(reason: string): Promise<void> {
    this.#isClosed = true;
    this.#sound.close();
    await this.#picture.close(reason);
  }
}
