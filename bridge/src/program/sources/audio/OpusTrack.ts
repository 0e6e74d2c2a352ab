import type { RtpTrack } from '@lianmai/protocol';
import { opusSamples, type RtpPacket, TrackInput } from '../../../media/rtp/index.js';
import { AudioRingReader } from './AudioRingReader.js';
import { OpusPacketDecoder, type Pcm } from './OpusPacketDecoder.js';

const SAMPLES_PER_MS = 48;

export interface OpusTrackEvents {
  /** Audio of this media time is ready to be played. */
  onReady: (mediaMs: number) => void;
  onError: (error: unknown) => void;
}

/** Opus over RTP: decodes each packet and puts the samples where its timestamp says. */
export class OpusTrack {
  readonly id: string;
  readonly input: TrackInput;
  readonly #events: OpusTrackEvents;
  readonly #player = new AudioRingReader();
  #voice: OpusPacketDecoder;
  #isAfterLoss = false;

  constructor(track: RtpTrack, events: OpusTrackEvents) {
    this.id = track.trackId;
    this.#events = events;
    this.#voice = new OpusPacketDecoder(events.onError);
    this.input = new TrackInput(track, { onPacket: (packet) => this.#place(packet), onLoss: () => (this.#isAfterLoss = true) });
  }

  /** Whether everything received has been played at `atMs`. */
  isPlayedOut(atMs: number, shiftMs: number | null): boolean {
    const end = this.#player.ring.end;
    return end === null || shiftMs === null || end / SAMPLES_PER_MS + shiftMs < atMs;
  }

  mixInto(out: Float32Array, atMs: number, shiftMs: number, gain: number): boolean {
    return this.#player.mixInto(out, (atMs - shiftMs) * SAMPLES_PER_MS, gain);
  }

  close(): void {
    this.input.close();
    this.#voice.close();
  }

  #place(packet: RtpPacket): void {
    const isAfterLoss = this.#isAfterLoss;
    const pcm = opusSamples(packet.payload) === null ? null : this.#decode(packet.payload);
    // An unusable packet counts as lost.
    this.#isAfterLoss = pcm === null;
    if (!pcm) return;
    const mediaMs = this.input.clock.mediaMs(packet.timestamp);
    const playedTo = this.#player.playedTo;
    this.#player.ring.write(Math.round(mediaMs * SAMPLES_PER_MS), pcm.left, pcm.right, { isAfterLoss, playedTo });
    this.#events.onReady(mediaMs);
  }

  #decode(packet: Uint8Array): Pcm | null {
    try {
      return this.#voice.decode(packet);
    } catch (error) {
      this.#events.onError(error);
      this.#voice.close();
      this.#voice = new OpusPacketDecoder(this.#events.onError);
      return null;
    }
  }
}
