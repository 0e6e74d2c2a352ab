/** One measurement of the media on a link. */
export interface LinkReport {
  atMs: number;
  /** The rate at which it was sent since the report before, bit/s. */
  sentBps: number;
  /** Share of the pictures' packets that did not arrive, 0-1, before anything was sent again. */
  loss: number;
}

/** The rates that the link would carry without a limit, bit/s. */
export interface LinkDemand {
  videoBps: number;
  /** All sound, with its headers. */
  soundBps: number;
}

/** This much loss in one report: far more is sent than the network takes. */
const SEVERE_LOSS = 0.2;
/** Sound suffers from this much, if it lasts. */
const LASTING_LOSS = 0.04;
const LASTING_REPORTS = 3;
const CLEAN_LOSS = 0.02;
/** The network takes as much as arrived. Video stays far below that at first, because lost packets are still sent again, too. */
const HEADROOM = 0.6;
const LEAST_VIDEO_BPS = 80_000;
/** If less video has not reduced the loss by then, the network loses packets at any rate. */
const JUDGE_AFTER_MS = 3000;
const UNCHANGED = 0.6;
const LEAVE_ALONE_MS = 60_000;
const RAISE = 1.5;
const RAISE_AFTER_MS = 8000;
const MAX_WAIT_MS = 300_000;
/** A raise that ends this soon was one too many. */
const FAILED_RAISE_MS = 6000;

/**
 * Sound first: decides how much video to send or ask for when the network drops what exceeds its rate. Bandwidth estimators watch the delay,
 * which a policer does not cause; they then hover at its rate and lose sound with the pictures. Where less video does not help, the loss has
 * other causes, and the picture is left alone. Pure: the time is in the reports.
 */
export class CongestionGuard {
  #budgetBps: number | null = null;
  #lossy = 0;
  #reducedAt: { atMs: number; loss: number } | null = null;
  #changedAtMs = 0;
  #raisedAtMs = -Infinity;
  #raiseAfterMs = RAISE_AFTER_MS;
  #leaveAloneMs = LEAVE_ALONE_MS;
  #leaveAloneUntilMs = -Infinity;

  /** Bits per second for all video together; null: no limit. */
  get videoBps(): number | null {
    return this.#budgetBps;
  }

  add(report: LinkReport, demand: LinkDemand): void {
    this.#lossy = report.loss >= LASTING_LOSS ? this.#lossy + 1 : 0;
    if (this.#reducedAt && report.atMs - this.#reducedAt.atMs >= JUDGE_AFTER_MS) this.#judge(report, this.#reducedAt.loss);
    else if (!this.#reducedAt && this.#isCongested(report)) this.#reduce(report, this.#affordable(report, demand));
    else if (this.#budgetBps !== null && this.#mayRaise(report)) this.#raise(report, this.#budgetBps, demand.videoBps);
  }

  #isCongested({ atMs, loss }: LinkReport): boolean {
    return atMs >= this.#leaveAloneUntilMs && (loss >= SEVERE_LOSS || this.#lossy >= LASTING_REPORTS);
  }

  #affordable({ sentBps, loss }: LinkReport, { videoBps, soundBps }: LinkDemand): number {
    const arrivedBps = sentBps * (1 - loss);
    const before = this.#budgetBps ?? videoBps;
    return Math.max(LEAST_VIDEO_BPS, Math.min(before / RAISE, arrivedBps * HEADROOM - soundBps));
  }

  #reduce({ atMs, loss }: LinkReport, budgetBps: number): void {
    this.#budgetBps = budgetBps;
    this.#reducedAt = { atMs, loss };
    this.#changedAtMs = atMs;
    if (atMs - this.#raisedAtMs < FAILED_RAISE_MS) this.#raiseAfterMs = Math.min(MAX_WAIT_MS, this.#raiseAfterMs * 2);
  }

  #judge(report: LinkReport, lossBefore: number): void {
    const { atMs, loss } = report;
    this.#reducedAt = null;
    if (loss < LASTING_LOSS || loss < lossBefore * UNCHANGED) return;
    // Packets that are sent again can keep a link full that had room for the rest.
    if (loss >= SEVERE_LOSS && (this.#budgetBps ?? 0) > LEAST_VIDEO_BPS) return this.#reduce(report, LEAST_VIDEO_BPS);
    this.#budgetBps = null;
    this.#leaveAloneUntilMs = atMs + this.#leaveAloneMs;
    this.#leaveAloneMs = Math.min(MAX_WAIT_MS, this.#leaveAloneMs * 2);
  }

  #mayRaise({ atMs, loss }: LinkReport): boolean {
    if (loss > CLEAN_LOSS) this.#changedAtMs = atMs;
    return this.#reducedAt === null && atMs - this.#changedAtMs >= this.#raiseAfterMs;
  }

  #raise({ atMs }: LinkReport, budgetBps: number, fullVideoBps: number): void {
    const raised = budgetBps * RAISE;
    this.#budgetBps = raised >= fullVideoBps ? null : raised;
    this.#raisedAtMs = this.#changedAtMs = atMs;
  }
}
