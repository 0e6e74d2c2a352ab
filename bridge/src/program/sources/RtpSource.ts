import type { Log } from '@lianmai/kit';
import { FPS, type RtpTrack, type SourceId } from '@lianmai/protocol';
import type { Ffmpeg } from '../../media/ffmpeg/index.js';
import { AudioInput } from './audio/index.js';
import type { Frame, Source } from './sourceContract.js';
import type { RtpReceiver } from '../../media/rtp/index.js';
import { SourceSync } from './SourceSync.js';
import { PlayoutDelay } from './PlayoutDelay.js';
import { VideoInput } from './video/index.js';

export interface RtpSourceOptions {
  id: SourceId;
  ffmpeg: Pick<Ffmpeg, 'path'>;
  receiver: RtpReceiver;
  /** Called when a track needs a key frame: at most every 500 ms per track, until it arrives. */
  requestKeyFrame: (trackId: string) => void;
  log: Log;
}

export interface RtpSourceStats {
  /** null: no decoder is running. */
  decoderPid: number | null;
  /** CPU of all decoders this source has had, seconds. */
  decoderCpuSeconds: number;
  decoderRssBytes: number;
  decoderRestarts: number;
  framesDecoded: number;
  /** RTP packets given up, audio and video, over all tracks. */
  lostPackets: number;
  /** Size of the newest frame; null before the first. */
  frameSize: { width: number; height: number } | null;
}

const TICK_MS = 1000 / FPS;

/** A participant's camera or screen as the SFU sends it: one RTP video and one RTP audio track, each replaceable on air. */
export class RtpSource implements Source {
  readonly id: SourceId;
  readonly #sync = new SourceSync(new PlayoutDelay());
  readonly #video: VideoInput;
  readonly #audio: AudioInput;
  #isClosed = false;

  constructor({ id, ffmpeg, receiver, requestKeyFrame, log }: RtpSourceOptions) {
    this.id = id;
    this.#video = new VideoInput({ id, ffmpeg, receiver, sync: this.#sync, requestKeyFrame, log });
    this.#audio = new AudioInput({ id, receiver, sync: this.#sync, log });
  }

  /** Our part of the delay between capture and composition: from the earliest arrival to the tick. */
  get delayMs(): number {
    return this.#sync.delay.ms;
  }

  get restarts(): number {
    return this.#video.restarts;
  }

  /** Starts a track. It replaces a track of the same kind without restarting the decoder. */
  attach(track: RtpTrack): void {
    if (this.#isClosed) return;
    if (track.codec === 'opus') this.#audio.attach(track);
    else this.#video.attach(track, track.codec);
  }

  /** Ends a track. A track that has been replaced is no longer known. */
  detach(trackId: string): void {
    this.#video.detach(trackId);
    this.#audio.detach(trackId);
  }

  /** A newer measurement of the publisher's round-trip time; it adjusts the reorder wait. */
  setRtt(trackId: string, rttMs: number): void {
    this.#video.setRtt(trackId, rttMs);
    this.#audio.setRtt(trackId, rttMs);
  }

  frameAt(atMs: number): Frame | null {
    this.#sync.played(atMs + TICK_MS);
    return this.#video.frameAt(atMs);
  }

  mixAudioInto(out: Float32Array, atMs: number, gain: number): boolean {
    this.#sync.played(atMs + TICK_MS);
    return this.#audio.mixInto(out, atMs, gain);
  }

  setTile(tile: Parameters<Source['setTile']>[0]): void {
    this.#video.setTile(tile);
  }

  stats(): RtpSourceStats {
    const video = this.#video.stats();
    return { ...video, lostPackets: video.lostPackets + this.#audio.lostPackets };
  }

  async close(reason: string): Promise<void> {
    this.#isClosed = true;
    this.#audio.close();
    await this.#video.close(reason);
  }
}
