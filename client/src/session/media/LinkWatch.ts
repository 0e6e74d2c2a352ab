import type { types } from 'mediasoup-client';
import { SilenceDetector } from './SilenceDetector';

export type TransportDirection = 'send' | 'receive';

const SAMPLE_EVERY_MS = 500;

export type WatchedTransport = Pick<types.Transport, 'closed' | 'connectionState' | 'getStats'>;

export interface LinkWatchOptions {
  /** The transports that exist now. */
  transports: () => Partial<Record<TransportDirection, WatchedTransport>>;
  /** Whether packets should be arriving on this transport. */
  isExpected: (direction: TransportDirection) => boolean;
  /** Media has stopped on every transport that should receive packets, or arrives again. One that still does proves that our network works. */
  onSilent: (isSilent: boolean) => void;
  /** Statistics of what we send or receive. */
  onStats: (direction: TransportDirection, stats: RTCStatsReport) => void;
}

/** Samples both transports twice a second. */
export class LinkWatch {
  readonly #options: LinkWatchOptions;
  readonly #detectors = { send: new SilenceDetector(), receive: new SilenceDetector() };
  readonly #timer: ReturnType<typeof setInterval>;
  #wasSilent = false;
  #isSampling = false;
  #isClosed = false;

  constructor(options: LinkWatchOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#sampleOnce(), SAMPLE_EVERY_MS);
  }

  get isSilent(): boolean {
    return this.#wasSilent;
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
  }

  /** On a busy machine, statistics may take longer than the interval. */
  async #sampleOnce(): Promise<void> {
    if (this.#isSampling) return;
    this.#isSampling = true;
    await this.#sample().catch(() => undefined);
    this.#isSampling = false;
  }

  async #sample(): Promise<void> {
    const { transports, isExpected, onStats } = this.#options;
    for (const [name, transport] of Object.entries(transports())) {
      const direction = name as TransportDirection;
      if (transport.closed || transport.connectionState === 'new') continue;
      const stats = await transport.getStats();
      if (this.#isClosed) return;
      this.#detectors[direction].add(bytesReceived(stats), isExpected(direction), performance.now());
      onStats(direction, stats);
    }
    this.#tell();
  }

  #tell(): void {
    const expected = (['send', 'receive'] as const).filter((direction) => this.#options.isExpected(direction));
    const isSilent = expected.length > 0 && expected.every((direction) => this.#detectors[direction].isSilent);
    if (isSilent === this.#wasSilent) return;
    this.#wasSilent = isSilent;
    this.#options.onSilent(isSilent);
  }
}

/** Counts media and RTCP, but not ICE's own checks. */
export function bytesReceived(stats: RTCStatsReport): number {
  let bytes = 0;
  for (const report of stats.values() as Iterable<{ type: string; bytesReceived?: number }>) {
    if (report.type === 'transport') bytes += report.bytesReceived ?? 0;
  }
  return bytes;
}
