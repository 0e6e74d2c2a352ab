import type { types } from 'mediasoup';

/** Another layer is better when it carries this much more, twice in a row: a change costs a key frame and, for the viewers, another size. */
const MARGIN = 1.3;
const TIMES = 2;

/** Finds the largest of a publisher's simulcast layers by what is sent on it: no offer says which it is, and bandwidth decides which are sent at all. */
export class BestLayer {
  readonly #producer: types.Producer;
  #candidate = -1;
  #seen = 0;

  constructor(producer: types.Producer) {
    this.#producer = producer;
  }

  /** One question to the worker. */
  async apply(consumer: types.Consumer): Promise<void> {
    const rates = await this.#rates();
    const present = consumer.preferredLayers?.spatialLayer ?? rates.length - 1;
    const best = rates.indexOf(Math.max(...rates));
    const isBetter = best !== present && (rates[best] ?? 0) > (rates[present] ?? 0) * MARGIN;
    this.#seen = isBetter ? (best === this.#candidate ? this.#seen + 1 : 1) : 0;
    this.#candidate = best;
    if (this.#seen >= TIMES) await consumer.setPreferredLayers({ spatialLayer: best });
  }

  /** By layer, bit/s. */
  async #rates(): Promise<number[]> {
    const stats = await this.#producer.getStats();
    const encodings = this.#producer.rtpParameters.encodings ?? [];
    return encodings.map(({ rid, ssrc }) => stats.find((one) => (rid === undefined ? one.ssrc === ssrc : one.rid === rid))?.bitrate ?? 0);
  }
}
