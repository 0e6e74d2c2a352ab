import { CongestionGuard } from './CongestionGuard';
import { DownlinkSampler } from './DownlinkSampler';
import { tallestFor } from './encodings';

/** One person's sound, with its headers. */
const SOUND_BPS = 90_000;

/**
 * Asks for smaller pictures within a second or two where the network drops what exceeds its rate. The SFU's own estimate takes several
 * seconds to come down, then falls too far, and the pictures stop.
 */
export class DownlinkLimiter {
  readonly #sampler = new DownlinkSampler();
  readonly #guard = new CongestionGuard();
  /** The rate that everything takes without a limit, as far as we have seen. */
  #fullBps = 0;

  /** Returns the tallest picture to ask for, px; null: no limit. `shown`: the number of pictures. */
  update(stats: RTCStatsReport, shown: number): number | null {
    const report = this.#sampler.sample(stats.values());
    const soundBps = SOUND_BPS * Math.max(1, shown);
    if (report) {
      if (this.#guard.videoBps === null) this.#fullBps = report.sentBps;
      this.#guard.add(report, { videoBps: this.#fullBps, soundBps });
    }
    const budgetBps = this.#guard.videoBps;
    return budgetBps === null ? null : tallestFor(budgetBps / Math.max(1, shown));
  }
}
