import type { Socket } from 'node:net';
import { LianmaiError } from '@lianmai/protocol';
import type { Admission, Gate } from '../../gate/index.js';
import type { Accepts, OpenRendition } from '../../renditions/index.js';
import type { Stream, StreamHub } from '../../stream/index.js';
import type { RtmpLimits } from './limits.js';
import type { PlayFeed, PlayFeeds, Seat } from './PlayFeed.js';
import { PlayQueue } from './PlayQueue.js';
import type { StreamAddress } from './streamAddress.js';

export interface PlayingParts {
  gate: Gate;
  hub: StreamHub;
  feeds: PlayFeeds;
  limits: RtmpLimits;
  /** Left out: every player gets the stream as it is. */
  openRendition?: (stream: Stream, accepts: Accepts) => OpenRendition;
}

export interface PlayingOptions {
  address: StreamAddress;
  protocol: 'rtmp' | 'rtmps';
  ip: string;
  socket: Socket;
  accepts: Accepts;
  /** The stream is there: say so before its first byte. */
  onStart: () => void;
  /** It has ended and everything has been sent. */
  onEnd: () => void;
  /** It is over from our side: refused, sent away. */
  onOver: (reason: unknown) => void;
}

/** With `?wait=1` a stream that is not there yet is awaited this long. */
const WAIT_MS = 30_000;

/** One player: from the question whether it may to the end of the stream. */
export class Playing {
  readonly kind = 'play';
  readonly key: string;
  readonly #parts: PlayingParts;
  readonly #options: PlayingOptions;
  readonly #left = new AbortController();
  #admission: Admission | null = null;
  #rendition: OpenRendition | null = null;
  #feed: PlayFeed | null = null;
  #seat: Seat | null = null;
  #hasStarted = false;

  constructor(parts: PlayingParts, options: PlayingOptions) {
    this.#parts = parts;
    this.#options = options;
    this.key = `${options.address.app}/${options.address.name}`;
    this.#run().catch((error: unknown) => {
      if (!this.#left.signal.aborted) options.onOver(error);
    });
  }

  get bytes(): number {
    return this.#admission?.bytes ?? 0;
  }

  /** What it was too slow for. */
  get droppedTags(): number {
    return this.#seat?.queue.droppedTags ?? 0;
  }

  /** Once the stream plays. */
  get clientId(): string | null {
    return this.#admission?.clientId ?? null;
  }

  pause(isPaused: boolean): void {
    if (!this.#feed) return;
    if (isPaused) this.#seat?.queue.pause();
    else this.#seat?.queue.resume(this.#feed.group);
  }

  close(reason: string): void {
    if (this.#left.signal.aborted) return;
    this.#left.abort(new Error(reason));
    this.#leaveFeed();
    this.#admission?.release();
  }

  async #run(): Promise<void> {
    const { address, protocol, ip, onOver } = this.#options;
    const admission = await this.#parts.gate.admit({ ...address, action: 'play', protocol, ip });
    if (this.#left.signal.aborted) return admission.release();
    this.#admission = admission;
    admission.signal.addEventListener('abort', () => onOver(admission.signal.reason), { once: true });
    const stream = await this.#find();
    this.#left.signal.throwIfAborted();
    this.#join(stream, admission);
  }

  async #find(): Promise<Stream> {
    const { address } = this.#options;
    const stream = this.#parts.hub.get(address);
    if (stream) return stream;
    const missing = new LianmaiError('NOT_FOUND', undefined, { message: 'There is no such stream at the moment.' });
    if (address.params['wait'] !== '1') throw missing;
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(missing), WAIT_MS);
    try {
      return await this.#parts.hub.whenPublished(address, AbortSignal.any([limit.signal, this.#left.signal]));
    } finally {
      clearTimeout(timer);
    }
  }

  #join(stream: Stream, admission: Admission): void {
    const { socket, accepts, onStart, onEnd } = this.#options;
    const { limits, feeds, openRendition } = this.#parts;
    this.#rendition = openRendition?.(stream, accepts) ?? null;
    this.#feed = feeds.of(this.#rendition?.stream ?? stream);
    const queue = new PlayQueue({ socket, admission, limits, onDrained: onEnd });
    this.#seat = { queue, onStalled: () => socket.destroy(new LianmaiError('DESTINATION_STALLED')) };
    if (!this.#hasStarted) onStart();
    this.#hasStarted = true;
    this.#feed.join(this.#seat);
    this.#rendition?.changed.addEventListener('abort', () => this.#rejoin(stream, admission), { once: true });
  }

  /** The publisher has come back with other codecs: what was made for this player no longer fits. */
  #rejoin(stream: Stream, admission: Admission): void {
    if (this.#left.signal.aborted || stream.isEnded) return;
    this.#leaveFeed();
    try {
      this.#join(stream, admission);
    } catch (error) {
      this.#options.onOver(error);
    }
  }

  #leaveFeed(): void {
    if (this.#seat) this.#feed?.leave(this.#seat);
    this.#rendition?.close();
    this.#seat = null;
    this.#rendition = null;
  }
}
