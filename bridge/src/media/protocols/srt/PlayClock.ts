const WRAP_US = 2 ** 32;
const DRIFT_SAMPLES = 1000;
const MAX_DRIFT_US = 5000;
/** How far a sender's timestamp may be ahead of its arrival (after a slow handshake); more would only hold up the buffer. */
const MAX_AHEAD_US = 1_000_000;

/** When a packet plays: the sender's clock seen on ours, with its wraps and its drift (draft-sharabayko-srt 4.5.1, 4.7). */
export class PlayClock {
  readonly #latencyUs: number;
  /** Our time of the sender's zero. */
  #baseUs: number;
  #driftUs = 0;
  #sumUs = 0;
  #samples = 0;

  /** `timestampUs` arrived with a packet at `nowUs`. */
  constructor({ nowUs, timestampUs, latencyUs }: { nowUs: number; timestampUs: number; latencyUs: number }) {
    this.#baseUs = nowUs - timestampUs;
    this.#latencyUs = latencyUs;
  }

  dueUs(timestampUs: number, arrivedUs: number): number {
    const sentUs = Math.min(this.#sentUs(timestampUs, arrivedUs) + this.#driftUs, arrivedUs + MAX_AHEAD_US);
    return sentUs + this.#latencyUs;
  }

  /** `pathUs`: how much longer the path is now than when the clock was set. */
  sampleDrift(timestampUs: number, nowUs: number, pathUs: number): void {
    this.#sumUs += nowUs - this.#sentUs(timestampUs, nowUs) - pathUs;
    if (++this.#samples < DRIFT_SAMPLES) return;
    this.#driftUs = this.#sumUs / this.#samples;
    this.#sumUs = this.#samples = 0;
    if (Math.abs(this.#driftUs) <= MAX_DRIFT_US) return;
    const excessUs = Math.sign(this.#driftUs) * MAX_DRIFT_US;
    this.#baseUs += excessUs;
    this.#driftUs -= excessUs;
  }

  /** Reads 32 bits of the sender's time as the moment nearest to now. No wraps have to be remembered, so none can be missed. */
  #sentUs(timestampUs: number, nowUs: number): number {
    const elapsedUs = nowUs - this.#baseUs;
    const turns = Math.round((elapsedUs - timestampUs) / WRAP_US);
    return this.#baseUs + timestampUs + turns * WRAP_US;
  }
}
