import type { types } from 'mediasoup';
import { LossDetector } from './LossDetector.js';

/** The part that producers and consumers share. */
interface Traced {
  enableTraceEvent(types: 'nack'[]): Promise<void>;
  on(event: 'trace', listener: () => void): unknown;
}

/** Enough for Opus to add error correction at the rates that we ask for, too little for a browser to lower its video for it. */
const REPORTED_LOSS = 0.05;

/**
 * Makes a publisher's browser add forward error correction to its sound while packets are lost between it and any listener. Browsers do so
 * when receiver reports tell them of loss, but Opus is sent again under its own SSRC, so that repaired loss never shows in a report.
 * mediasoup reports the worst of a producer's consumers: while needed, one of our own says that it loses packets.
 */
export class LossReporter {
  readonly #producer: types.Producer;
  readonly #router: types.Router;
  readonly #detector = new LossDetector();
  #transport: Promise<types.DirectTransport> | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(producer: types.Producer, router: types.Router) {
    this.#producer = producer;
    this.#router = router;
    producer.observer.once('close', () => this.#stop());
    this.follow(producer);
  }

  /** Counts the requests for lost packets of the producer or of one of its consumers. mediasoup sends an event for each. */
  follow(stream: Traced): void {
    stream.enableTraceEvent(['nack']).catch(() => undefined);
    stream.on('trace', () => this.#add());
  }

  #add(): void {
    const nowMs = performance.now();
    this.#detector.add(nowMs);
    if (this.#transport || this.#producer.closed || this.#detector.lossyUntilMs <= nowMs) return;
    this.#transport = this.#start();
    this.#transport.catch(() => this.#stop());
    this.#stopLater();
  }

  async #start(): Promise<types.DirectTransport> {
    const transport = await this.#router.createDirectTransport();
    try {
      const { rtpCapabilities } = this.#router;
      const consumer = await transport.consume({ producerId: this.#producer.id, rtpCapabilities });
      transport.sendRtcp(receiverReport(consumer.rtpParameters.encodings?.[0]?.ssrc ?? 0, REPORTED_LOSS));
      return transport;
    } catch (error) {
      transport.close();
      throw error;
    }
  }

  #stopLater(): void {
    const leftMs = this.#detector.lossyUntilMs - performance.now();
    if (leftMs <= 0) return this.#stop();
    this.#timer = setTimeout(() => this.#stopLater(), leftMs).unref();
  }

  #stop(): void {
    clearTimeout(this.#timer);
    void this.#transport?.then((transport) => transport.close()).catch(() => undefined);
    this.#transport = null;
  }
}

/** RFC 3550 6.4.2, with one report block. */
function receiverReport(ssrc: number, loss: number): Buffer {
  const report = Buffer.alloc(32);
  report.writeUInt8(0x81, 0);
  report.writeUInt8(201, 1);
  report.writeUInt16BE(7, 2);
  report.writeUInt32BE(1, 4);
  report.writeUInt32BE(ssrc, 8);
  report.writeUInt8(Math.round(loss * 256), 12);
  return report;
}
