import type { Closable, Log } from '@lianmai/kit';
import type { Stream, StreamHub, StreamId } from '../../stream/index.js';
import { HlsChannel, type HlsOptions } from './HlsChannel.js';

interface Slot {
  channel: HlsChannel;
  /** Packaging of the stream that is on. */
  stop: AbortController | null;
  /** Runs after the end: then the channel is forgotten. */
  farewell: NodeJS.Timeout | null;
}

export interface HlsOriginOptions extends HlsOptions {
  /** How long the playlist of an ended broadcast can be read, with its end in it. */
  endedMs: number;
}

/** Packages every stream of the hub as it is published, and keeps it readable for a while after its end. */
export class HlsOrigin implements Closable {
  readonly #slots = new Map<string, Slot>();
  readonly #hub: StreamHub;
  readonly #options: HlsOriginOptions;
  readonly #log: Log;
  readonly #onPublished = (stream: Stream) => this.#start(stream);

  constructor(hub: StreamHub, options: HlsOriginOptions, log: Log) {
    this.#hub = hub;
    this.#options = options;
    this.#log = log;
    hub.on('published', this.#onPublished);
    for (const stream of hub.streams) this.#start(stream);
  }

  get(id: StreamId): HlsChannel | undefined {
    return this.#slots.get(`${id.app}/${id.name}`)?.channel;
  }

  get viewers(): number {
    let sum = 0;
    for (const { channel } of this.#slots.values()) sum += channel.viewers.count(Date.now());
    return sum;
  }

  close(reason: string): void {
    this.#hub.off('published', this.#onPublished);
    for (const slot of this.#slots.values()) {
      slot.stop?.abort(new Error(reason));
      if (slot.farewell) clearTimeout(slot.farewell);
    }
    this.#slots.clear();
  }

  #start(stream: Stream): void {
    const log = this.#log.child({ stream: stream.key });
    const slot = this.#slots.get(stream.key) ?? { channel: new HlsChannel(this.#options, log), stop: null, farewell: null };
    this.#slots.set(stream.key, slot);
    if (slot.farewell) clearTimeout(slot.farewell);
    const stop = new AbortController();
    Object.assign(slot, { stop, farewell: null });
    void slot.channel
      .run(stream, stop.signal)
      .catch((error: unknown) => {
        if (!stop.signal.aborted) log.error({ err: error }, 'HLS packaging failed');
      })
      .then(() => {
        if (slot.stop === stop && !stop.signal.aborted) this.#end(stream.key, slot);
      });
  }

  #end(key: string, slot: Slot): void {
    slot.stop = null;
    slot.farewell = setTimeout(() => this.#slots.delete(key), this.#options.endedMs);
    slot.farewell.unref();
  }
}
