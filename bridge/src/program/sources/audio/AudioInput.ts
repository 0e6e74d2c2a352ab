import type { Log } from '@lianmai/kit';
import type { RtpTrack, SourceId } from '@lianmai/protocol';
import { nowMs } from '../../../runtime/index.js';
import type { RtpReceiver } from '../../../media/rtp/index.js';
import type { SourceSync } from '../SourceSync.js';
import { OpusTrack } from './OpusTrack.js';

export interface AudioInputOptions {
  id: SourceId;
  receiver: RtpReceiver;
  sync: SourceSync;
  log: Log;
}

/** The audio of one source over all its audio tracks. */
export class AudioInput {
  readonly #options: AudioInputOptions;
  #track: OpusTrack | null = null;
  #unsubscribe: (() => void) | undefined;
  /** Ended tracks whose last audio has not played yet. */
  readonly #leaving = new Set<OpusTrack>();
  #pastLostPackets = 0;

  constructor(options: AudioInputOptions) {
    this.#options = options;
  }

  get lostPackets(): number {
    return this.#pastLostPackets + (this.#track?.input.lostPackets ?? 0);
  }

  attach(description: RtpTrack): void {
    this.#dropTrack();
    const { id, receiver, sync, log } = this.#options;
    const track: OpusTrack = new OpusTrack(description, {
      onReady: (mediaMs) => this.#observe(track, mediaMs),
      onError: (error) => log.warn({ source: id, err: error }, 'the Opus decoder failed'),
    });
    this.#track = track;
    this.#unsubscribe = receiver.subscribe(track.input);
    sync.setClock('audio', track.input.clock);
  }

  detach(trackId: string): void {
    if (this.#track?.id === trackId) this.#dropTrack();
  }

  setRtt(trackId: string, rttMs: number): void {
    if (this.#track?.id === trackId) this.#track.input.setRtt(rttMs);
  }

  mixInto(out: Float32Array, atMs: number, gain: number): boolean {
    let isHeard = false;
    if (this.#track) isHeard = this.#mixTrack(this.#track, out, atMs, gain);
    for (const track of this.#leaving) {
      if (track.isPlayedOut(atMs, this.#options.sync.shiftMs(track.input.clock))) this.#leaving.delete(track);
      isHeard = this.#mixTrack(track, out, atMs, gain) || isHeard;
    }
    return isHeard;
  }

  close(): void {
    this.#dropTrack();
    this.#leaving.clear();
  }

  #mixTrack(track: OpusTrack, out: Float32Array, atMs: number, gain: number): boolean {
    const shiftMs = this.#options.sync.shiftMs(track.input.clock);
    return shiftMs !== null && track.mixInto(out, atMs, shiftMs, gain);
  }

  #dropTrack(): void {
    if (!this.#track) return;
    this.#unsubscribe?.();
    this.#pastLostPackets += this.#track.input.lostPackets;
    this.#track.close();
    this.#leaving.add(this.#track);
    this.#track = null;
    this.#options.sync.setClock('audio', null);
  }

  #observe(track: OpusTrack, mediaMs: number): void {
    const { sync } = this.#options;
    const shiftMs = sync.shiftMs(track.input.clock);
    if (shiftMs === null || track !== this.#track) return;
    const atMs = nowMs();
    sync.delay.setReorderWait('audio', track.input.reorderWaitMs(atMs));
    sync.observe(mediaMs + shiftMs, atMs);
  }
}
