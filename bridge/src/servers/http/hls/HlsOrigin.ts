import { join } from 'node:path';
import type { Log } from '@lianmai/kit';
import { streamKey, StreamRef } from '@lianmai/protocol';
import type { Gate } from '../../../hub/gate/index.js';
import type { Stream, StreamHub } from '../../../hub/stream/index.js';
import { diskFiles, DvrStore, type DvrFiles } from './dvr/index.js';
import { HlsChannel, type HlsOptions } from './HlsChannel.js';
import { packageStream } from './packageStream.js';
import { HlsViewerSessions } from './HlsViewerSessions.js';

interface Slot {
  channel: HlsChannel;
  /** Packaging of the stream that is on. */
  stop: AbortController | null;
  /** Runs after the end: then the live playlists are forgotten. */
  endTimer: NodeJS.Timeout | null;
}

export interface HlsOriginOptions extends HlsOptions {
  /** How long the playlist of an ended broadcast can be read, with its end in it. */
  endedMs: number;
  /** Length of the window that can be sought back in; 0: there is none. */
  dvrSeconds: number;
  /** Where the window is kept; without it there is none. */
  dvrDirectory?: string;
  /** Default: the disk. */
  dvrFiles?: DvrFiles;
  /** The stream as HLS players can take it. Default: as it comes. */
  openRendition?: (source: Stream) => Stream;
}

interface Parts {
  hub: StreamHub;
  gate: Gate;
  log: Log;
}

const TICK_MS = 1000;
/** A session that has been silent for three target durations and a little is over, but no phone in a tunnel is gone that soon. */
const SESSION_TARGETS = 3;
const MIN_SESSION_MS = 15_000;

/** Packages every stream of the hub as it is published, and keeps it readable for a while after its end. */
export class HlsOrigin {
  readonly sessions: HlsViewerSessions;
  readonly #slots = new Map<string, Slot>();
  readonly #parts: Parts;
  readonly #options: HlsOriginOptions;
  readonly #tick: NodeJS.Timeout;
  readonly #onPublished = (stream: Stream) => this.#start(stream);

  private constructor(parts: Parts, options: HlsOriginOptions) {
    this.#parts = parts;
    this.#options = options;
    this.sessions = new HlsViewerSessions(parts.gate, Math.max(MIN_SESSION_MS, SESSION_TARGETS * options.targetMs + 5000));
    this.#tick = setInterval(() => this.#keepOrder(Date.now()), TICK_MS);
    this.#tick.unref();
  }

  /** With the windows that an earlier process has left. */
  static async create(parts: Parts, options: HlsOriginOptions): Promise<HlsOrigin> {
    const origin = new HlsOrigin(parts, options);
    await origin.#recover();
    parts.hub.on('published', origin.#onPublished);
    for (const stream of parts.hub.streams) origin.#start(stream);
    return origin;
  }

  get(id: StreamRef): HlsChannel | undefined {
    return this.#slots.get(`${id.app}/${id.name}`)?.channel;
  }

  /** Nothing of the stream can be watched any more, its window included. */
  async forget(id: StreamRef): Promise<void> {
    const key = `${id.app}/${id.name}`;
    const slot = this.#slots.get(key);
    this.#slots.delete(key);
    slot?.stop?.abort(new Error('the stream was deleted'));
    if (slot?.endTimer) clearTimeout(slot.endTimer);
    await slot?.channel.discard();
  }

  /** Resolves when the windows are on disk. */
  async close(reason: string): Promise<void> {
    this.#parts.hub.off('published', this.#onPublished);
    clearInterval(this.#tick);
    this.sessions.close();
    const slots = [...this.#slots.values()];
    this.#slots.clear();
    for (const slot of slots) {
      slot.stop?.abort(new Error(reason));
      if (slot.endTimer) clearTimeout(slot.endTimer);
    }
    await Promise.all(slots.map(({ channel }) => channel.close()));
  }

  #start(source: Stream): void {
    const log = this.#parts.log.child({ stream: source.key });
    const stream = this.#options.openRendition?.(source) ?? source;
    const slot = this.#slots.get(stream.key) ?? this.#createSlot(stream, this.#dvrOf(stream));
    if (slot.endTimer) clearTimeout(slot.endTimer);
    const stop = new AbortController();
    Object.assign(slot, { stop, endTimer: null });
    void packageStream(slot.channel, { source, stream }, stop.signal)
      .catch((error: unknown) => {
        if (!stop.signal.aborted) log.error({ err: error }, 'HLS packaging failed');
      })
      .then(() => {
        if (slot.stop === stop && !stop.signal.aborted) this.#end(slot);
      });
  }

  #createSlot(id: StreamRef, dvr: DvrStore | null): Slot {
    const log = this.#parts.log.child({ stream: `${id.app}/${id.name}` });
    const slot: Slot = { channel: new HlsChannel(this.#options, dvr, log), stop: null, endTimer: null };
    this.#slots.set(`${id.app}/${id.name}`, slot);
    return slot;
  }

  #end(slot: Slot): void {
    slot.stop = null;
    slot.endTimer = setTimeout(() => slot.channel.forgetLive(), this.#options.endedMs);
    slot.endTimer.unref();
  }

  #dvrOf(id: StreamRef): DvrStore | null {
    const options = this.#dvrOptions(id);
    return options && DvrStore.fresh(options);
  }

  #dvrOptions(id: StreamRef) {
    const { dvrSeconds, dvrDirectory, dvrFiles = diskFiles } = this.#options;
    const ref = StreamRef.safeParse({ app: id.app, name: id.name }).data;
    if (!ref || dvrDirectory === undefined || dvrSeconds <= 0) return null;
    const log = this.#parts.log.child({ stream: streamKey(id) });
    return { directory: join(dvrDirectory, ref.app, ref.name), windowMs: dvrSeconds * 1000, files: dvrFiles, log };
  }

  async #recover(): Promise<void> {
    const { dvrDirectory, dvrFiles = diskFiles } = this.#options;
    if (dvrDirectory === undefined) return;
    for (const app of await dvrFiles.list(dvrDirectory))
      for (const name of await dvrFiles.list(join(dvrDirectory, app))) {
        const options = this.#dvrOptions({ app, name });
        const dvr = options && (await DvrStore.open(options));
        if (dvr?.last) this.#end(this.#createSlot({ app, name }, dvr));
      }
  }

  #keepOrder(nowMs: number): void {
    this.sessions.expire(nowMs);
    for (const [key, slot] of this.#slots) {
      slot.channel.waiters.expire(nowMs);
      slot.channel.prune(nowMs);
      if (slot.stop || !slot.channel.isForgotten) continue;
      this.#slots.delete(key);
      slot.channel.discard().catch((error: unknown) => this.#parts.log.warn({ err: error, stream: key }, 'a DVR folder was not removed'));
    }
  }
}
