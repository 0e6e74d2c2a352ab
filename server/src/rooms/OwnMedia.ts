import type { ProducerId, ProducerInfo, PublishSource } from '@lianmai/protocol';

/** What a participant shows and sounds like, whoever makes it: a page, or a stream. */
export interface OwnMedia {
  readonly producers: readonly ProducerInfo[];
  producerOf(source: PublishSource): ProducerInfo | undefined;
  setProducerPaused(id: ProducerId, paused: boolean): Promise<void>;
  close(reason: string): void;
}
