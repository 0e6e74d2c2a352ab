import type { RtpTrack } from '@lianmai/protocol';
import { opusSamples, type RtpPacket, TrackInput } from '../../../media/rtp/index.js';
import { AudioRingReader } from './AudioRingReader.js';
import { OpusPacketDecoder, type Pcm } from './OpusPacketDecoder.js';

const SAMPLES_PER_MS = 48;
/** Packets that may wait to be decoded while nobody listens (160 ms). */
const MAX_WAITING = 8;

interface WaitingPacket {
  payload: Uint8Array;
  mediaMs: number;
  isAfterLoss: boolean;
}

export interface OpusTrackEvents {
  /** Audio of this media time has arrived and can be played. */
  onReady: (mediaMs: number) => void;
  onError: (error: unknown) => void;
}

/**
 * Opus over RTP: decodes packets and puts the samples where their timestamps say. Packets wait for the next tick, long before they play: decoded together, each
 * finds the decoder's code and tables still in the CPU's cache.
 */
export class OpusTrack {
  readonly id: string;
  readonly input: TrackInput;
  readonly #events: OpusTrackEvents;
  readonly #player = new AudioRingReader();
  readonly #waiting: WaitingPacket[] = [];
  #voice: OpusPacketDecoder;
  #isAfterLoss = false;
  #isAfterFailure = false;

  constructor(track: RtpTrack, events: OpusTrackEvents) {
    this.id = track.trackId;
    this.#events = events;
    this.#voice = new OpusPacketDecoder(events.onError);
    this.input = new TrackInput(track, { onPacket: (packet) => this.#take(packet), onLoss: () => (this.#isAfterLoss = true) });
  }

  /** Whether everything received has been played at `atMs`. */
  isPlayedOut(atMs: number, shiftMs: number | null): boolean {
    this.#decodeWaiting();
    const end = this.#player.ring.end;
    return end === null || shiftMs === null || end / SAMPLES_PER_MS + shiftMs < atMs;
  }

  mixInto(out: Float32Array, atMs: number, shiftMs: number, gain: number): boolean {
    this.#decodeWaiting();
    return this.#player.mixInto(out, (atMs - shiftMs) * SAMPLES_PER_MS, gain);
  }

  /** Frames that have been received can still be played. */
  close(): void {
    this.input.close();
    this.#decodeWaiting();
    this.#voice.close();
  }

  #take(packet: RtpPacket): void {
    const isAfterLoss = this.#isAfterLoss;
    // An unusable packet counts as lost.
    this.#isAfterLoss = opusSamples(packet.payload) === null;
    if (this.#isAfterLoss) return;
    const mediaMs = this.input.clock.mediaMs(packet.timestamp);
    this.#waiting.push({ payload: packet.payload, mediaMs, isAfterLoss });
    this.#events.onReady(mediaMs);
    if (this.#waiting.length >= MAX_WAITING) this.#decodeWaiting();
  }

  #decodeWaiting(): void {
    for (const { payload, mediaMs, isAfterLoss } of this.#waiting.splice(0)) {
      const pcm = this.#decode(payload);
      const position = Math.round(mediaMs * SAMPLES_PER_MS);
      const options = { isAfterLoss: isAfterLoss || this.#isAfterFailure, playedTo: this.#player.playedTo };
      if (pcm) this.#player.ring.write(position, pcm.left, pcm.right, options);
      this.#isAfterFailure = pcm === null;
    }
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
