import type { LinkReport } from './CongestionGuard';

interface Sent {
  packets: number;
  bytes: number;
}

/** Fields that we read of WebRTC statistics. */
interface Stat {
  id: string;
  type: string;
  kind?: string;
  timestamp: number;
  packetsSent?: number;
  bytesSent?: number;
  localId?: string;
  fractionLost?: number;
}

/**
 * Makes one report of the statistics of everything that we send, each time the server has reported. Loss is that of pictures: what the
 * server reports about sound asks for error correction (and hides what was sent again).
 */
export class UplinkSampler {
  #before = new Map<string, Sent>();
  #reportedAtMs = 0;
  #sampledAtMs = 0;

  /** Returns null if the server has not reported since. */
  sample(stats: Iterable<Stat>): LinkReport | null {
    const all = [...stats];
    const reports = all.filter(({ type, kind }) => type === 'remote-inbound-rtp' && kind === 'video');
    const reportedAtMs = Math.max(0, ...reports.map(({ timestamp }) => timestamp));
    if (reportedAtMs <= this.#reportedAtMs) return null;
    const sent = new Map(all.filter(({ type }) => type === 'outbound-rtp').map((stat) => [stat.id, sentOf(stat)]));
    const atMs = Math.max(0, ...all.filter(({ type }) => type === 'outbound-rtp').map(({ timestamp }) => timestamp));
    const elapsedMs = atMs - this.#sampledAtMs;
    const report = this.#sampledAtMs === 0 ? null : this.#reportOf(reports, sent, elapsedMs, reportedAtMs);
    this.#before = sent;
    this.#reportedAtMs = reportedAtMs;
    this.#sampledAtMs = atMs;
    return report;
  }

  #reportOf(reports: readonly Stat[], sent: ReadonlyMap<string, Sent>, elapsedMs: number, atMs: number): LinkReport | null {
    let [packets, lost, bytes] = [0, 0, 0];
    for (const [id, now] of sent) {
      const before = this.#before.get(id) ?? { packets: 0, bytes: 0 };
      bytes += Math.max(0, now.bytes - before.bytes);
      const share = reports.find(({ localId }) => localId === id)?.fractionLost;
      if (share === undefined) continue;
      const more = Math.max(0, now.packets - before.packets);
      packets += more;
      lost += more * share;
    }
    return packets > 0 && elapsedMs > 0 ? { atMs, sentBps: (bytes * 8000) / elapsedMs, loss: lost / packets } : null;
  }
}

const sentOf = ({ packetsSent = 0, bytesSent = 0 }: Stat): Sent => ({ packets: packetsSent, bytes: bytesSent });
