import type { PublishSource } from '@lianmai/protocol';
import type { types } from 'mediasoup-client';
import { CongestionGuard } from './CongestionGuard';
import { UplinkSampler } from './UplinkSampler';
import { applyRates, divideBudget, fullRate, layersOf, type VideoDemand } from './videoLimit';

/** A microphone's sound, with its headers. */
const SOUND_BPS = 90_000;

interface Sender extends VideoDemand {
  producer: types.Producer;
}

/** Keeps the video of one transport within what the network takes, so that sound does not suffer. */
export class UplinkLimiter {
  readonly #sampler = new UplinkSampler();
  readonly #guard = new CongestionGuard();
  #senders: Sender[] = [];

  add(source: PublishSource, producer: types.Producer, encodings: readonly types.RtpEncodingParameters[]): void {
    if (source === 'camera' || source === 'screen') this.#senders.push({ source, producer, layersBps: layersOf(encodings) });
  }

  /** Call it twice a second. */
  async update(stats: RTCStatsReport): Promise<void> {
    this.#senders = this.#senders.filter(({ producer }) => !producer.closed);
    const sending = this.#senders.filter(({ producer }) => !producer.paused && producer.track);
    const fullBps = fullRate(sending);
    const report = this.#sampler.sample(stats.values());
    if (report && fullBps > 0) this.#guard.add(report, { videoBps: fullBps, soundBps: SOUND_BPS });
    // A camera that was just switched on gets its share, too.
    const budget = this.#guard.videoBps;
    const rates = divideBudget(sending, budget ?? Infinity);
    await Promise.all(
      sending.map(async ({ producer: { rtpSender }, layersBps }, index) => {
        if (rtpSender) await applyRates(rtpSender, budget === null ? layersBps : (rates[index] ?? []));
      }),
    );
  }
}
