import type { types } from 'mediasoup';

/** Switch layers only for this much more bitrate, twice in a row: a switch costs a key frame and changes the picture size for viewers. */
const MARGIN = 1.3;
const TIMES = 2;

/** Finds a publisher's largest simulcast layer by measured bitrate. Offers do not name it, and bandwidth decides which layers are sent. */
export class BestLayer {
  readonly #producer: types.Producer;
  #candidate = -1;
  #seen = 0;

  constructor(producer: types.Producer) {
    this.#producer = producer;
  }

  /** Costs one request to the worker. */
  async apply(consumer: types.Consumer): Promise<void> {
    const rates = await this.#rates();
    const present = consumer.preferredLayers?.spatialLayer ?? rates.length - 1;
    const best = rates.indexOf(Math.max(...rates));
    const isBetter = best !== present && (rates[best] ?? 0) > (rates[present] ?? 0) * MARGIN;
    this.#seen = isBetter ? (best === this.#candidate ? this.#seen + 1 : 1) : 0;
    this.#candidate = best;
    if (this.#seen >= TIMES) await consumer.setPreferredLayers({ spatialLayer: best });
  }

  /** Bitrate of each layer, bit/s. */
  async #rates(): Promise<number[]> {
    const stats = await this.#producer.getStats();
    const encodings = this.#producer.rtpParameters.encodings ?? [];
    return encodings.map(({ rid, ssrc }) => stats.find((one) => (rid === undefined ? one.ssrc === ssrc : one.rid === rid))?.bitrate ?? 0);
  }
}
