import { streamKey, type StreamRef, type StreamStatus, type Viewers } from '@lianmai/protocol';
import type { Bridge, BridgePool } from '../bridge/index.js';

export interface StreamStatusesOptions {
  bridges: BridgePool;
  /** Number of players that this server's own SFU serves. */
  whepViewers: (stream: StreamRef) => number;
}

/**
 * The latest measurements of all bridges' hubs. A bridge that is gone for good takes its streams with it; one that may come back keeps
 * them.
 */
export class StreamStatuses {
  readonly #options: StreamStatusesOptions;
  readonly #byBridge = new Map<Bridge, ReadonlyMap<string, StreamStatus>>();
  /** The most players of each stream that is on. */
  readonly #peaks = new Map<string, number>();

  constructor(options: StreamStatusesOptions) {
    this.#options = options;
    options.bridges.on('bridgeConnected', (bridge) => this.#follow(bridge));
    for (const bridge of options.bridges.bridges) this.#follow(bridge);
  }

  get all(): StreamStatus[] {
    return [...this.#byBridge.values()].flatMap((streams) => [...streams.values()]).map((status) => this.#withWhep(status));
  }

  /** null: the stream has no publisher. */
  status(stream: StreamRef): StreamStatus | null {
    const status = this.#find(stream)?.status;
    return status ? this.#withWhep(status) : null;
  }

  /** Returns the bridge that has the stream, otherwise any bridge; null if none is connected. */
  bridgeOf(stream: StreamRef): Bridge | null {
    const isConnected = ({ state }: Bridge) => state === 'connected';
    return this.#find(stream)?.bridge ?? this.#options.bridges.bridges.find(isConnected) ?? this.#options.bridges.bridges[0] ?? null;
  }

  /** Everybody who plays the stream, and the most since it went on air. */
  viewers(stream: StreamRef): Viewers {
    const byProtocol = this.status(stream)?.players ?? {};
    const total = totalOf(byProtocol);
    return { total, peak: Math.max(total, this.#peaks.get(streamKey(stream)) ?? 0), byProtocol };
  }

  /** Prefers a bridge where the stream is live to one that waits for the publisher, who may have come back elsewhere. */
  #find(stream: StreamRef): { bridge: Bridge; status: StreamStatus } | undefined {
    const found = [...this.#byBridge].flatMap(([bridge, streams]) => {
      const status = streams.get(streamKey(stream));
      return status ? [{ bridge, status }] : [];
    });
    return found.find(({ status }) => status.state === 'live') ?? found[0];
  }

  #withWhep(status: StreamStatus): StreamStatus {
    const whep = this.#options.whepViewers(status);
    return whep > 0 ? { ...status, players: { ...status.players, whep } } : status;
  }

  #follow(bridge: Bridge): void {
    if (this.#byBridge.has(bridge)) return;
    this.#byBridge.set(bridge, new Map());
    bridge.on('streamsMeasured', ({ streams }) => {
      if (!this.#byBridge.has(bridge)) return;
      this.#byBridge.set(bridge, new Map(streams.map((status) => [streamKey(status), status])));
      this.#notePeaks();
    });
    bridge.once('gone', () => {
      this.#byBridge.delete(bridge);
      this.#notePeaks();
    });
  }

  #notePeaks(): void {
    const on = new Map(this.all.map((status) => [streamKey(status), totalOf(status.players)]));
    for (const key of [...this.#peaks.keys()]) if (!on.has(key)) this.#peaks.delete(key);
    for (const [key, total] of on) this.#peaks.set(key, Math.max(total, this.#peaks.get(key) ?? 0));
  }
}

const totalOf = (players: StreamStatus['players']): number => Object.values(players).reduce((sum, count) => sum + count, 0);
