import type { LinkReport } from './CongestionGuard';

/** Too few packets arrive in less time. */
const REPORT_EVERY_MS = 400;
/** A stream with fewer packets in a report says nothing. */
const LEAST_PACKETS = 5;

/** Fields that we read of WebRTC statistics. */
interface Stat {
  id: string;
  type: string;
  kind?: string;
  timestamp: number;
  packetsReceived?: number;
  packetsLost?: number;
  bytesReceived?: number;
}

interface Totals {
  atMs: number;
  bytes: number;
  pictures: ReadonlyMap<string, { received: number; lost: number }>;
}

/**
 * Makes a report twice a second of the statistics of everything that we receive. Loss is that of the picture which suffers least: packets
 * that others failed to send are missing, too, but only a full link of ours harms every picture.
 */
export class DownlinkSampler {
  #before: Totals | null = null;

  /** Returns null if it is too early, or if no pictures are received. */
  sample(stats: Iterable<Stat>): LinkReport | null {
    const now = totalsOf(stats);
    const before = this.#before;
    if (before && now.atMs - before.atMs < REPORT_EVERY_MS) return null;
    this.#before = now;
    // Streams that have ended are no longer counted.
    if (!before || now.bytes < before.bytes) return null;
    const losses = [...now.pictures].flatMap(([id, { received, lost }]) => {
      const earlier = before.pictures.get(id) ?? { received: 0, lost: 0 };
      // Late packets lower the number of lost ones.
      const [more, missing] = [received - earlier.received, Math.max(0, lost - earlier.lost)];
      return more + missing >= LEAST_PACKETS ? [missing / (more + missing)] : [];
    });
    if (losses.length === 0) return null;
    const loss = Math.min(...losses);
    return { atMs: now.atMs, sentBps: ((now.bytes - before.bytes) * 8000) / (now.atMs - before.atMs) / Math.max(0.1, 1 - loss), loss };
  }
}

function totalsOf(stats: Iterable<Stat>): Totals {
  const pictures = new Map<string, { received: number; lost: number }>();
  let [atMs, bytes] = [0, 0];
  for (const { id, type, kind, timestamp, packetsReceived = 0, packetsLost = 0, bytesReceived = 0 } of stats) {
    if (type !== 'inbound-rtp') continue;
    atMs = Math.max(atMs, timestamp);
    bytes += bytesReceived;
    if (kind === 'video') pictures.set(id, { received: packetsReceived, lost: packetsLost });
  }
  return { atMs, bytes, pictures };
}
