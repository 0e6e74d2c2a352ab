import { LianmaiError, streamKey, type StreamRef } from '@lianmai/protocol';
import type { Streams } from './Streams.js';

export interface SeatableStream extends StreamRef {
  title: string;
}

/** Streams that hosts may bring on a room's stage: those that everybody may watch. Whoever has the API may bring any. */
export class SeatableStreams {
  readonly #streams: Streams;

  constructor(streams: Streams) {
    this.#streams = streams;
  }

  /** What is live now, rooms' own programs left out (they have no client that publishes): a room that shows another's program is a PK, not a stream. */
  async list(): Promise<SeatableStream[]> {
    const live = this.#streams.statuses.all.filter(({ publisher }) => publisher !== null && publisher.protocol !== 'program');
    const all = await Promise.all(live.map(({ app, name }) => this.#describe({ app, name })));
    return all.filter(({ isOpen }) => isOpen).map(({ app, name, title }) => ({ app, name, title }));
  }

  /** NOT_FOUND while it is not live; FORBIDDEN for a host (`by: host`) when it needs a signature. */
  async get(stream: StreamRef, by: 'host' | 'api'): Promise<SeatableStream> {
    const { isOpen, title } = await this.#describe(stream);
    if (by === 'host' && !isOpen)
      throw new LianmaiError('FORBIDDEN', undefined, {
        message: 'Not everybody may watch this stream. Whoever runs the server can bring it on stage.',
      });
    if (!this.#streams.statuses.status(stream))
      throw new LianmaiError('NOT_FOUND', undefined, { message: `The stream ${streamKey(stream)} is not live.` });
    return { ...stream, title };
  }

  async #describe(stream: StreamRef): Promise<SeatableStream & { isOpen: boolean }> {
    const { app, name } = stream;
    const known = await this.#streams.find({ app, name });
    return { app, name, title: known?.title ?? name, isOpen: known?.playAccess !== 'signed' };
  }
}
