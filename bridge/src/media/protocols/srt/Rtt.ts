/** Round trip and its variation (draft-sharabayko-srt 4.10), us. */
export class Rtt {
  rttUs = 100_000;
  varianceUs = 50_000;
  /** The first measurement, with which the connection's clock was set. */
  firstUs: number | null = null;

  /** Measured by us. */
  sample(rttUs: number): void {
    if (this.firstUs === null) {
      this.firstUs = this.rttUs = rttUs;
      this.varianceUs = rttUs / 2;
      return;
    }
    this.varianceUs = (3 * this.varianceUs + Math.abs(this.rttUs - rttUs)) / 4;
    this.rttUs = (7 * this.rttUs + rttUs) / 8;
  }

  /** Reported by the peer; more than ten seconds is ignored. */
  adopt(rttUs: number, varianceUs: number): void {
    this.rttUs = Math.min(rttUs, MAX_RTT_US);
    this.varianceUs = Math.min(varianceUs, MAX_RTT_US);
  }

  /** After this long a reply is late. */
  get lateUs(): number {
    return this.rttUs + 4 * this.varianceUs;
  }
}

const MAX_RTT_US = 10_000_000;
