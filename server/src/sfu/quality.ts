import type { ConnectionQuality } from '@lianmai/protocol';

/** What is known of a connection now; null: nothing. */
export interface QualitySample {
  /** A transport lost its ICE connection. */
  isDisconnected: boolean;
  /** 0-10, mediasoup's RTP scores: what arrives from the participant, and what they receive. */
  sentScore: number | null;
  receivedScore: number | null;
  rttMs: number | null;
  /** Packets lost on the way to us in the last report, 0-1. */
  loss: number | null;
}

/** 0 (nothing arrives) to 10. */
export function gradeOf({ isDisconnected, sentScore, receivedScore, rttMs, loss }: QualitySample): number {
  if (isDisconnected || sentScore === 0) return 0;
  // A single bad receiver report says little, so the received score weighs in only from below the sent one.
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
/** Weight of a new sample: half of a change is seen after one (2 s), most of it after three. */
const WEIGHT = 0.5;

/** Smooths grades and names them; the name changes only when the grade is clearly past the border. */
export class QualityMeter {
  #smooth = 10;
  #quality: ConnectionQuality = 'excellent';

  get quality(): ConnectionQuality {
    return this.#quality;
  }

  /** Answers true when the quality changed. */
  add(grade: number): boolean {
    // Nothing at all and coming back from it are not shades of grey: shown at once.
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
