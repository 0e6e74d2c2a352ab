import { ConsumerId } from '@lianmai/protocol';
import type { types } from 'mediasoup';
import { pickLayers, priorityOf } from './layers.js';
import type { PublishedTrack } from './PublishedTrack.js';

/** A consumer whose simulcast layer follows the displayed size. */
export class Subscription {
  readonly id: ConsumerId;
  readonly publishedTrack: PublishedTrack;
  readonly consumer: types.Consumer;
  #shown = '';

  constructor(consumer: types.Consumer, publishedTrack: PublishedTrack) {
    this.id = ConsumerId.parse(consumer.id);
    this.consumer = consumer;
    this.publishedTrack = publishedTrack;
  }

  /** Quality at the receiver, 0-10; null if unknown. */
  get score(): number | null {
    const { paused, producerPaused, score } = this.consumer;
    return paused || producerPaused ? null : score.score;
  }

  async setShownHeight(heightPx: number): Promise<void> {
    if (this.consumer.kind !== 'video') return;
    const { ladder, source } = this.publishedTrack;
    const layers = pickLayers(ladder, source, heightPx);
    const priority = priorityOf(source, heightPx);
    const shown = `${layers.spatialLayer}/${layers.temporalLayer ?? ''}/${priority}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    const hasLayers = this.consumer.type === 'simulcast' || this.consumer.type === 'svc';
    try {
      await Promise.all([hasLayers && this.consumer.setPreferredLayers(layers), this.consumer.setPriority(priority)]);
    } catch (error) {
      this.#shown = '';
      throw error;
    }
  }
}
