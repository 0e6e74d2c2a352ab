import { join } from 'node:path';
import type { Log } from '@lianmai/kit';
import { streamKey, StreamRef } from '@lianmai/protocol';
import type { Gate } from '../../../hub/gate/index.js';
import type { Stream, StreamHub } from '../../../hub/stream/index.js';
import { nowMs } from '../../../runtime/index.js';
import { diskFiles, DvrStore, type DvrFiles } from './dvr/index.js';
import { HlsChannel, type HlsOptions } from './HlsChannel.js';
import { packageStream } from './packageStream.js';
import { HlsViewerSessions } from './HlsViewerSessions.js';

interface ChannelState {
  channel: HlsChannel;
  /** Stops packaging the current stream. */
  stop: AbortController | null;
  /** Runs after the end of a broadcast, then deletes the live playlists. */
  endTimer: NodeJS.Timeout | null;
}

export interface HlsOriginOptions extends HlsOptions {
  /** Viewers of one address, which is a /64 for IPv6; default: no limit of its own. */
  maxPerAddress?: number;
  /** How long the playlist of an ended broadcast stays available, ms. */
  endedMs: number;
  /** Length of the DVR window, seconds; 0 disables it. */
  dvrSeconds: number;
  /** Folder of the DVR windows; omitted, there is no DVR. */
  dvrDirectory?: string;
  /** Default: the real disk. */
  dvrFiles?: DvrFiles;
  /** Opens the stream in codecs that HLS players support. Default: unchanged. */
  openRendition?: (source: Stream) => Stream;
}

interface HlsOriginParts {
  hub: StreamHub;
  gate: Gate;
  log: Log;
}

const TICK_MS = 1000;
/**
 * A session expires after three target durations of silence plus a margin, but never sooner than MIN_SESSION_MS, because phones lose
 * coverage.
 */
const SESSION_TARGETS = 3;
const MIN_SESSION_MS = 15_000;

/** Packages every stream of the hub, and keeps it available for a while after its end. */
export class HlsOrigin {
  readonly sessions: HlsViewerSessions;
  readonly #channels = new Map<string, ChannelState>();
  readonly #parts: HlsOriginParts;
  readonly #options: HlsOriginOptions;
  readonly #tick: NodeJS.Timeout;
  readonly #onPublished = (stream: Stream) => this.#start(stream);

  private constructor(parts: HlsOriginParts, options: HlsOriginOptions) {
    this.#parts = parts;
    this.#options = options;
    const { maxPerAddress } = options;
    this.sessions = new HlsViewerSessions(parts.gate, {
      silentMs: Math.max(MIN_SESSION_MS, SESSION_TARGETS * options.targetMs + 5000),
      ...(maxPerAddress !== undefined && { maxPerAddress }),
      onAdmitted: (stream, { isSigned = false }, isFresh) => this.get(stream)?.setSigned(isSigned, isFresh),
      log: parts.log,
    });
    this.#tick = setInterval(() => this.#sweep(), TICK_MS);
    this.#tick.unref();
  }

  /** Recovers the DVR windows that an earlier process left. */
  static async create(parts: HlsOriginParts, options: HlsOriginOptions): Promise<HlsOrigin> {
    const origin = new HlsOrigin(parts, options);
    await origin.#recover();
    parts.hub.on('published', origin.#onPublished);
    for (const stream of parts.hub.streams) origin.#start(stream);
    return origin;
  }

  get(ref: StreamRef): HlsChannel | undefined {
    return this.#channels.get(streamKey(ref))?.channel;
  }

  /** Deletes everything of the stream, including its DVR window. */
  async forget(ref: StreamRef): Promise<void> {
    const key = streamKey(ref);
    const state = this.#channels.get(key);
    this.#channels.delete(key);
    state?.stop?.abort(new Error('the stream was deleted'));
    if (state?.endTimer) clearTimeout(state.endTimer);
    await state?.channel.discard();
  }

  /** Resolves when the DVR windows are on disk. */
  async close(reason: string): Promise<void> {
    this.#parts.hub.off('published', this.#onPublished);
    clearInterval(this.#tick);
    this.sessions.close();
    const states = [...this.#channels.values()];
    this.#channels.clear();
    for (const state of states) {
      state.stop?.abort(new Error(reason));
      if (state.endTimer) clearTimeout(state.endTimer);
    }
    await Promise.all(states.map(({ channel }) => channel.close()));
  }

  #start(source: Stream): void {
    const log = this.#parts.log.child({ stream: source.key });
    const stream = this.#options.openRendition?.(source) ?? source;
    const state = this.#channels.get(stream.key) ?? this.#createChannel(stream, this.#dvrOf(stream));
    if (state.endTimer) clearTimeout(state.endTimer);
    const stop = new AbortController();
    Object.assign(state, { stop, endTimer: null });
    void packageStream(state.channel, { source, stream }, stop.signal)
      .catch((error: unknown) => {
        if (!stop.signal.aborted) log.error({ err: error }, 'HLS packaging failed');
      })
      .then(() => {
        if (state.stop === stop && !stop.signal.aborted) this.#end(state);
      });
  }

  #createChannel(ref: StreamRef, dvr: DvrStore | null): ChannelState {
    const log = this.#parts.log.child({ stream: streamKey(ref) });
    const state: ChannelState = { channel: new HlsChannel(this.#options, dvr, log), stop: null, endTimer: null };
    this.#channels.set(streamKey(ref), state);
    return state;
  }

  #end(state: ChannelState): void {
    state.stop = null;
    state.endTimer = setTimeout(() => state.channel.forgetLive(), this.#options.endedMs);
    state.endTimer.unref();
  }

  #dvrOf(ref: StreamRef): DvrStore | null {
    const options = this.#dvrOptions(ref);
    return options && DvrStore.fresh(options);
  }

  #dvrOptions(ref: StreamRef) {
    const { dvrSeconds, dvrDirectory, dvrFiles = diskFiles } = this.#options;
    const valid = StreamRef.safeParse({ app: ref.app, name: ref.name }).data;
    if (!valid || dvrDirectory === undefined || dvrSeconds <= 0) return null;
    const log = this.#parts.log.child({ stream: streamKey(ref) });
    return { directory: join(dvrDirectory, valid.app, valid.name), windowMs: dvrSeconds * 1000, files: dvrFiles, log };
  }

  async #recover(): Promise<void> {
    const { dvrDirectory, dvrFiles = diskFiles } = this.#options;
    if (dvrDirectory === undefined) return;
    for (const app of await dvrFiles.list(dvrDirectory))
      for (const name of await dvrFiles.list(join(dvrDirectory, app))) {
        const options = this.#dvrOptions({ app, name });
        const dvr = options && (await DvrStore.open(options));
        if (dvr?.last) this.#end(this.#createChannel({ app, name }, dvr));
      }
  }

  #sweep(): void {
    this.sessions.expire(nowMs());
    for (const [key, state] of this.#channels) {
      state.channel.blockingRequests.expire(nowMs());
      state.channel.prune(Date.now());
      if (state.stop || !state.channel.isForgotten) continue;
      this.#channels.delete(key);
      state.channel.discard().catch((error: unknown) => this.#parts.log.warn({ err: error, stream: key }, 'could not remove a DVR folder'));
    }
  }
}
