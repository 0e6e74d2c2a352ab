import type { Worker } from 'node:worker_threads';
import { StallWatch, type Closable, type Log } from '@lianmai/kit';
import { LianmaiError } from '@lianmai/protocol';
import { startThread, untilLoaded } from '../../../runtime/index.js';
import type { Image } from '../Canvas.js';
import type { Sprite } from '../blend/blendSprite.js';
import type { OverlayAnswer } from './overlayThreadMessages.js';
import type { OverlayRequest } from './drawOverlay.js';
import { bytesOf } from './rgbaToYuv.js';

interface Pending {
  resolve: (overlay: Sprite | Image) => void;
  reject: (error: unknown) => void;
}

/** Cache for the next scenes; the least recently used entry goes first. */
const MAX_CACHE_BYTES = 64 * 1024 * 1024;

/** The largest images take about a second (see StallWatch). */
const STALL_MS = 10_000;

/** The result of each kind of request. */
type OverlayOf<R extends OverlayRequest> = R['kind'] extends 'background' ? Image : Sprite;

/**
 * Paints labels, avatars and images in a thread of its own and caches the results. The bridge has one, started early because loading fonts takes half a
 * second.
 */
export class SpriteRenderer implements Closable {
  /** The first thread has its fonts loaded. */
  readonly loaded: Promise<void>;
  readonly #log: Log;
  readonly #cache = new Map<string, Promise<Sprite | Image>>();
  readonly #sizes = new Map<string, number>();
  readonly #pending = new Map<number, Pending>();
  readonly #stallWatch: StallWatch;
  #cachedBytes = 0;
  #nextId = 0;
  #thread: Worker | null = null;
  #isClosed = false;

  constructor(log: Log) {
    this.#log = log;
    this.#stallWatch = new StallWatch({
      task: null,
      limitMs: STALL_MS,
      isDue: () => this.#pending.size > 0,
      onStalled: (stall) => {
        log.error(stall, 'the overlay thread hangs; ending it');
        void this.#thread?.terminate();
      },
    });
    this.#thread = this.#start();
    this.loaded = untilLoaded(this.#thread);
  }

  /** Equal requests have equal keys. Rejects with UNSUPPORTED or TOO_LARGE for images, or with INTERNAL when painting failed. */
  paint<R extends OverlayRequest>(key: string, request: R): Promise<OverlayOf<R>> {
    let overlay = this.#cache.get(key);
    this.#cache.delete(key);
    overlay ??= this.#ask(key, request);
    this.#cache.set(key, overlay);
    return overlay as Promise<OverlayOf<R>>;
  }

  async close(_reason: string): Promise<void> {
    this.#isClosed = true;
    this.#stallWatch.close();
    await this.#thread?.terminate();
  }

  #ask(key: string, request: OverlayRequest): Promise<Sprite | Image> {
    const id = this.#nextId++;
    const overlay = new Promise<Sprite | Image>((resolve, reject) => this.#pending.set(id, { resolve, reject }));
    overlay.then(
      (painted) => this.#keep(key, bytesOf(painted)),
      () => this.#cache.delete(key),
    );
    if (this.#isClosed) this.#refuseAll(new LianmaiError('SHUTTING_DOWN'));
    else (this.#thread ??= this.#start()).postMessage({ id, request });
    return overlay;
  }

  #keep(key: string, bytes: number): void {
    this.#sizes.set(key, bytes);
    this.#cachedBytes += bytes;
    for (const [oldest] of this.#cache) {
      if (this.#cachedBytes <= MAX_CACHE_BYTES || oldest === key) break;
      this.#cachedBytes -= this.#sizes.get(oldest) ?? 0;
      this.#sizes.delete(oldest);
      this.#cache.delete(oldest);
    }
  }

  #start(): Worker {
    const thread = startThread('./overlayThread', import.meta.url, null);
    thread.on('message', (message: OverlayAnswer) => this.#receive(message));
    thread.on('error', (error) => this.#log.error({ err: error }, 'overlay thread failed'));
    thread.on('exit', () => {
      if (this.#thread === thread) this.#thread = null;
      this.#stallWatch.watch(null);
      this.#refuseAll(new LianmaiError('INTERNAL'));
    });
    thread.unref();
    return thread;
  }

  #receive(message: OverlayAnswer): void {
    this.#stallWatch.alive();
    if (message.kind === 'ready') {
      this.#stallWatch.watch({ pid: process.pid, tid: message.tid });
      if (message.missingFonts.length > 0)
        this.#log.warn({ fonts: message.missingFonts }, 'some fonts are missing; some names will show as boxes');
      return;
    }
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (message.kind === 'painted') return pending?.resolve(message.overlay);
    this.#log.warn({ code: message.error.code, cause: message.cause }, 'an overlay could not be painted');
    pending?.reject(LianmaiError.fromWire(message.error));
  }

  #refuseAll(error: LianmaiError): void {
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
  }
}
