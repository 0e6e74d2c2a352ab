import { on, Scope, type Closable } from '@lianmai/kit';
import type { BridgeEventData, StreamStatus } from '@lianmai/protocol';
import type { Gate } from '../gate/index.js';
import type { Renditions } from '../renditions/index.js';
import type { HubEvents, Stream, StreamHub } from '../stream/index.js';
import { Bitrate } from './Bitrate.js';

export interface StreamReportOptions {
  hub: StreamHub;
  gate: Pick<Gate, 'publisher' | 'players'>;
  renditions: Pick<Renditions, 'describe' | 'conversionsOf'>;
  announce: (name: 'streamsMeasured', data: BridgeEventData<'streamsMeasured'>) => void;
  /** Report interval, ms. Default: 1000. */
  everyMs?: number;
}

/** Reports all streams of the hub to the server, periodically and after every change. */
export class StreamReport implements Closable {
  readonly #options: StreamReportOptions;
  readonly #scope = new Scope();
  readonly #rates = new WeakMap<Stream, Bitrate>();
  #isDue = false;
  /** The last report contained streams, so one empty report must follow when the hub is empty again. */
  #hasReported = false;

  constructor(options: StreamReportOptions) {
    this.#options = options;
    const { hub, everyMs = 1000 } = options;
    this.#scope.interval(everyMs, () => this.#report());
    const soon = () => this.#reportSoon();
    this.#scope.defer(on<HubEvents>(hub, { published: soon, unpublished: soon }));
  }

  measure(): StreamStatus[] {
    return this.#options.hub.streams.map((stream) => this.#statusOf(stream));
  }

  close(reason: string): Promise<void> {
    return this.#scope.close(reason);
  }

  /** Merges events of the same moment into one report, for example after a reconnection. */
  #reportSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      if (!this.#scope.isClosed) this.#report();
    });
  }

  #report(): void {
    const streams = this.measure();
    if (streams.length === 0 && !this.#hasReported) return;
    this.#hasReported = streams.length > 0;
    this.#options.announce('streamsMeasured', { streams });
  }

  #statusOf(stream: Stream): StreamStatus {
    const { gate, renditions } = this.#options;
    const { app, name, startedAtMs } = stream;
    const { video, audio } = renditions.describe(stream);
    const rate = this.#rates.get(stream) ?? new Bitrate();
    this.#rates.set(stream, rate);
    return {
      app,
      name,
      startedAtMs,
      video,
      audio,
      state: stream.hasPublisher ? 'live' : 'waiting',
      publisher: stream.hasPublisher ? gate.publisher(stream) : null,
      bitrateKbps: rate.measure(stream.bytes, performance.now()),
      players: gate.players(stream),
      conversions: renditions.conversionsOf(stream),
    };
  }
}
