import type { ConnectionQuality } from '@lianmai/protocol';

/** Measurements of a connection; null where unknown. */
export interface QualitySample {
  /** One of the transports has lost its ICE connection. */
  isDisconnected: boolean;
  /** mediasoup's RTP scores, 0-10: for media from the participant, and for media that they receive. */
  sentScore: number | null;
  receivedScore: number | null;
  rttMs: number | null;
  /** Packet loss on the way here in the last report, 0-1. */
  loss: number | null;
}

/** Returns a grade from 0 (no media arrives) to 10. */
export function gradeOf({ isDisconnected, sentScore, receivedScore, rttMs, loss }: QualitySample): number {
  if (isDisconnected || sentScore === 0) return 0;
  // A single bad receiver report is unreliable, so the received score matters only below the sent one.
  const score = Math.min(sentScore ?? 10, receivedScore ?? 10);
  const forDelay = rttMs === null ? 0 : Math.min(4, Math.max(0, (rttMs - 200) / 100));
  const forLoss = loss === null ? 0 : Math.min(5, loss * 50);
  return Math.max(1, score - Math.max(forDelay, forLoss));
}

const LEVELS: readonly { quality: ConnectionQuality; from: number }[] = [
  { quality: 'excellent', from: 8.5 },
  { quality: 'good', from: 5.5 },
  { quality: 'poor', from: 0.8 },
  { quality: 'lost', from: Number.NEGATIVE_INFINITY },
];
const HYSTERESIS = 0.4;
/** Weight of a new sample: half of a change shows after one sample (2 s), most of it after three. */
const WEIGHT = 0.5;

/** Smooths grades and names them. The name changes only once the grade is clearly past the threshold. */
export class QualityMeter {
  #smooth = 10;
  #quality: ConnectionQuality = 'excellent';

  get quality(): ConnectionQuality {
    return this.#quality;
  }

  /** Returns true if the quality changed. */
  add(grade: number): boolean {
    // Total loss and recovery from it are shown at once.
    const isJump = grade === 0 || this.#quality === 'lost';
    this.#smooth = isJump ? grade : this.#smooth + WEIGHT * (grade - this.#smooth);
    const next = levelOf(this.#smooth);
    const settled = isJump || next === levelOf(this.#smooth + HYSTERESIS * Math.sign(rank(next) - rank(this.#quality)));
    if (next === this.#quality || !settled) return false;
    this.#quality = next;
    return true;
  }
}

const levelOf = (grade: number): ConnectionQuality => LEVELS.find(({ from }) => grade >= from)?.quality ?? 'lost';
const rank = (quality: ConnectionQuality): number => LEVELS.findIndex((level) => level.quality === quality);
