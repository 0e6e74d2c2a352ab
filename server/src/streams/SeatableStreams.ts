import { LianmaiError, streamKey, type StreamRef } from '@lianmai/protocol';
import type { Streams } from './Streams.js';

export interface SeatableStream extends StreamRef {
  title: string;
}

/** Streams that can take a seat on stage. Hosts may seat those that anybody may watch; the API may seat any. */
export class SeatableStreams {
  readonly #streams: Streams;

  constructor(streams: Streams) {
    this.#streams = streams;
  }

  /**
   * Lists live streams. Rooms' programs, which have no publishing client, are left out: showing another room's program would be a PK
   * battle.
   */
  async list(): Promise<SeatableStream[]> {
    const live = this.#streams.statuses.all.filter(({ publisher }) => publisher !== null && publisher.protocol !== 'program');
    const all = await Promise.all(live.map(({ app, name }) => this.#describe({ app, name })));
    return all.filter(({ isOpen }) => isOpen).map(({ app, name, title }) => ({ app, name, title }));
  }

  /** Throws NOT_FOUND while the stream is not live, and FORBIDDEN for a host (`by: host`) if it needs a signed URL. */
  async get(stream: StreamRef, by: 'host' | 'api'): Promise<SeatableStream> {
    const { isOpen, title } = await this.#describe(stream);
    if (by === 'host' && !isOpen)
      throw new LianmaiError('FORBIDDEN', undefined, {
        message: 'Only viewers with a signed URL may watch this stream. Ask the operator to bring it on stage.',
      });
    if (!this.#streams.statuses.status(stream))
      throw new LianmaiError('NOT_FOUND', undefined, { message: `The stream ${streamKey(stream)} is not live. Start publishing first.` });
    return { ...stream, title };
  }

  async #describe(stream: StreamRef): Promise<SeatableStream & { isOpen: boolean }> {
    const { app, name } = stream;
    const known = await this.#streams.find({ app, name });
    return { app, name, title: known?.title ?? name, isOpen: known?.playAccess !== 'signed' };
  }
}
