/** Samples kept per channel: 5.5 s, the longest delay and a stall of five seconds, after which everything arrives before it is played. A power of two. */
const RING_SAMPLES = 1 << 18;
const MASK = RING_SAMPLES - 1;
/** A lost packet is replaced by what came before it, mirrored so that there is no step, and faded out over 40 ms. */
const CONCEAL_SAMPLES = 1920;
/** Where nothing was sent (DTX) the end is only rounded off. */
const ROUND_OFF_SAMPLES = 120;
const CROSSFADE_SAMPLES = 240;

export interface WriteOptions {
  /** The gap before this packet was lost, not silent. */
  isAfterLoss: boolean;
  /** Everything before this position has been played. */
  playedTo: number;
}

/**
 * Decoded audio at its place in the stream's own time: positions count samples at 48 kHz. A gap is silence if the sender was silent, or a fading echo of what
 * preceded it if packets were lost.
 */
export class AudioRing {
  /** Interleaved stereo. */
  readonly #ring = new Float32Array(2 * RING_SAMPLES);
  /** Where the received audio ends; null: nothing yet. */
  #end: number | null = null;
  /** Where the made-up audio behind it ends. */
  #filledEnd = 0;
  #fadeEnd = 0;

  get end(): number | null {
    return this.#end;
  }

  write(position: number, left: Float32Array, right: Float32Array, { isAfterLoss, playedTo }: WriteOptions): void {
    if (this.#end === null || Math.abs(position - this.#end) > RING_SAMPLES / 2) this.#restart(position);
    const end = this.#end ?? position;
    // Timestamps rounded to milliseconds overlap a little. A packet that adds nothing is a duplicate.
    if (position + left.length <= end) return;
    if (position > end) this.#fill(position + CROSSFADE_SAMPLES, isAfterLoss ? CONCEAL_SAMPLES : ROUND_OFF_SAMPLES);
    this.#copy(position, left, right, this.#fadeAt(position, playedTo));
    this.#end = position + left.length;
    this.#filledEnd = Math.max(this.#end, Math.min(this.#filledEnd, this.#fadeEnd));
  }

  /** Adds `count` samples from `position` to `out`, stretched or squeezed to fill it. Returns false for silence. */
  addTo(out: Float32Array, position: number, count: number, gain: number): boolean {
    if (!this.#prepare(position, count)) return false;
    const samples = out.length / 2;
    return count === samples ? this.#addPlain(out, position, gain) : this.#addStretched(out, position, count / samples, gain);
  }

  /** Continues at `to` what was heard at `from`: the first 5 ms of `out` fade from one to the other. */
  addCrossfaded(out: Float32Array, from: number, to: number, gain: number): boolean {
    const fade = Math.min(CROSSFADE_SAMPLES, out.length / 2);
    const isOldThere = this.#prepare(from, fade);
    const isNewThere = this.#prepare(to, out.length / 2);
    let heard = 0;
    for (let i = 0; i < out.length; i++) {
      const sample = i >> 1;
      const weight = Math.min(1, sample / fade);
      const now = isNewThere ? this.#at(to + sample, i & 1) * weight : 0;
      const before = isOldThere && weight < 1 ? this.#at(from + sample, i & 1) * (1 - weight) : 0;
      out[i]! += (now + before) * gain;
      heard += Math.abs(now + before);
    }
    return heard > 0;
  }

  /** Makes up audio that is read behind the end. Returns false if there is nothing at this position. */
  #prepare(position: number, count: number): boolean {
    if (this.#end === null || position < this.#end - RING_SAMPLES + count || position > this.#end + CONCEAL_SAMPLES) return false;
    const to = position + count + 1;
    if (to > this.#filledEnd) this.#fill(to, CONCEAL_SAMPLES);
    return true;
  }

  #addPlain(out: Float32Array, position: number, gain: number): boolean {
    const ring = this.#ring;
    let heard = 0;
    let from = 2 * (position & MASK);
    for (let i = 0; i < out.length; i++) {
      const value = ring[from]!;
      out[i]! += value * gain;
      heard += value * value;
      from = from + 1 === ring.length ? 0 : from + 1;
    }
    return heard > 0;
  }

  /** Linear interpolation is good enough for 0.4 %. */
  #addStretched(out: Float32Array, position: number, step: number, gain: number): boolean {
    const ring = this.#ring;
    const start = position & MASK;
    let heard = 0;
    for (let sample = 0; 2 * sample < out.length; sample++) {
      const exact = sample * step;
      const whole = Math.floor(exact);
      const weight = exact - whole;
      const at = 2 * ((start + whole) & MASK);
      const after = 2 * ((start + whole + 1) & MASK);
      const left = ring[at]! + (ring[after]! - ring[at]!) * weight;
      const right = ring[at + 1]! + (ring[after + 1]! - ring[at + 1]!) * weight;
      out[2 * sample]! += left * gain;
      out[2 * sample + 1]! += right * gain;
      heard += left * left + right * right;
    }
    return heard > 0;
  }

  #at(position: number, channel: number): number {
    return this.#ring[2 * (position & MASK) + channel]!;
  }

  #restart(position: number): void {
    this.#ring.fill(0);
    this.#end = this.#filledEnd = this.#fadeEnd = position;
  }

  #fill(to: number, fadeSamples: number): void {
    const end = this.#end ?? to;
    for (let position = this.#filledEnd; position < to; position++) {
      const distance = position - end;
      const weight = Math.max(0, 1 - distance / fadeSamples);
      const at = 2 * (position & MASK);
      const mirrored = 2 * ((end - 1 - distance) & MASK);
      this.#ring[at] = weight > 0 ? this.#ring[mirrored]! * weight : 0;
      this.#ring[at + 1] = weight > 0 ? this.#ring[mirrored + 1]! * weight : 0;
    }
    this.#filledEnd = Math.max(this.#filledEnd, to);
  }

  /** Where made-up audio at `position` fades into received audio: not before what has been played. A fade in progress continues. */
  #fadeAt(position: number, playedTo: number): number {
    if (this.#filledEnd <= position) return Infinity;
    if (this.#fadeEnd <= position) {
      this.#fadeEnd = Math.max(position, playedTo) + CROSSFADE_SAMPLES;
      this.#fill(this.#fadeEnd, CONCEAL_SAMPLES);
    }
    return this.#fadeEnd - CROSSFADE_SAMPLES;
  }

  /** From `fadeFrom` on, made-up audio fades into received audio. */
  #copy(position: number, left: Float32Array, right: Float32Array, fadeFrom: number): void {
    const ring = this.#ring;
    for (let i = 0; i < left.length; i++) {
      const at = 2 * ((position + i) & MASK);
      const weight = Math.min(1, Math.max(0, (position + i - fadeFrom) / CROSSFADE_SAMPLES));
      if (fadeFrom === Infinity || position + i < fadeFrom || weight === 1) {
        ring[at] = left[i]!;
        ring[at + 1] = right[i]!;
      } else {
        ring[at]! += (left[i]! - ring[at]!) * weight;
        ring[at + 1]! += (right[i]! - ring[at + 1]!) * weight;
      }
    }
  }
}
