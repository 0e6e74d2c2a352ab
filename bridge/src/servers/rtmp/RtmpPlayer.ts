import type { Socket } from 'node:net';
import { LianmaiError } from '@lianmai/protocol';
import type { FanoutPool, Packed, FanoutPlayback } from '../fanout/index.js';
import type { Admission, Gate } from '../../hub/gate/index.js';
import type { AcceptedCodecs } from '../../hub/renditions/index.js';
import type { Stream, StreamHub } from '../../hub/stream/index.js';
import type { RequestedStream } from './requestedStream.js';

export interface RtmpPlayerParts {
  gate: Gate;
  hub: StreamHub;
  fanouts: FanoutPool<Packed>;
  /** Default: every player gets the stream unchanged. */
  openRendition?: (source: Stream, accepts: AcceptedCodecs) => Stream;
}

export interface RtmpPlayerOptions {
  requested: RequestedStream;
  protocol: 'rtmp' | 'rtmps';
  ip: string;
  socket: Socket;
  accepts: AcceptedCodecs;
  /** A longer pause ends the playback. */
  pausedMs: number;
  /** Called before the first byte of media is sent. */
  onStart: () => void;
  /** Called when the stream has ended and all bytes are sent. */
  onEnd: () => void;
  /** Called when we end the playback: rejected or kicked. */
  onRejected: (reason: unknown) => void;
}

/** How long `?wait=1` waits for a stream. */
const WAIT_MS = 30_000;

/** One player, from admission to the end of the stream. */
export class RtmpPlayer {
  readonly kind = 'play';
  readonly key: string;
  readonly #parts: RtmpPlayerParts;
  readonly #options: RtmpPlayerOptions;
  readonly #left = new AbortController();
  #admission: Admission | null = null;
  #playback: FanoutPlayback<Packed> | null = null;
  #pauseEnd: NodeJS.Timeout | undefined;

  constructor(parts: RtmpPlayerParts, options: RtmpPlayerOptions) {
    this.#parts = parts;
    this.#options = options;
    this.key = `${options.requested.app}/${options.requested.name}`;
    this.#run().catch((error: unknown) => {
      if (!this.#left.signal.aborted) options.onRejected(error);
    });
  }

  get bytes(): number {
    return this.#admission?.bytes ?? 0;
  }

  /** Tags that the player was too slow for. */
  get droppedTags(): number {
    return this.#playback?.droppedTags ?? 0;
  }

  /** Set once the player is admitted. */
  get clientId(): string | null {
    return this.#admission?.clientId ?? null;
  }

  pause(isPaused: boolean): void {
    if (isPaused) this.#playback?.pause();
    else this.#playback?.resume();
    this.#limitPause(isPaused);
  }

  #limitPause(isPaused: boolean): void {
    const { pausedMs, onRejected } = this.#options;
    if (isPaused && !this.#left.signal.aborted) {
      this.#pauseEnd ??= setTimeout(() => onRejected(pausedTooLong()), pausedMs);
      return;
    }
    clearTimeout(this.#pauseEnd);
    this.#pauseEnd = undefined;
  }

  close(reason: string): void {
    if (this.#left.signal.aborted) return;
    this.#left.abort(new Error(reason));
    clearTimeout(this.#pauseEnd);
    this.#playback?.leave();
    this.#admission?.release();
  }

  async #run(): Promise<void> {
    const { requested, protocol, ip, onRejected } = this.#options;
    const admission = await this.#parts.gate.admit({ ...requested, action: 'play', protocol, ip });
    if (this.#left.signal.aborted) return admission.release();
    this.#admission = admission;
    admission.signal.addEventListener('abort', () => onRejected(admission.signal.reason), { once: true });
    const stream = await this.#findStream();
    this.#left.signal.throwIfAborted();
    this.#play(stream, admission);
  }

  async #findStream(): Promise<Stream> {
    const { requested } = this.#options;
    const stream = this.#parts.hub.get(requested);
    if (stream) return stream;
    const missing = new LianmaiError('NOT_FOUND', undefined, { message: 'This stream is not live.' });
    if (requested.params['wait'] !== '1') throw missing;
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(missing), WAIT_MS);
    try {
      return await this.#parts.hub.whenPublished(requested, AbortSignal.any([timeout.signal, this.#left.signal]));
    } finally {
      clearTimeout(timer);
    }
  }

  #play(source: Stream, admission: Admission): void {
    const { socket, accepts, onStart, onEnd, onRejected } = this.#options;
    const { fanouts, openRendition } = this.#parts;
    const stream = openRendition?.(source, accepts) ?? source;
    const onStalled = () => {
      socket.destroy(new LianmaiError('DESTINATION_STALLED'));
    };
    const sink = { socket, pick: ({ bytes }: Packed) => bytes, admission, onEnd, onStalled, onError: onRejected };
    this.#playback = fanouts.open(stream, sink);
    onStart();
    this.#playback.start();
  }
}

const pausedTooLong = () =>
  new LianmaiError('TIMEOUT', undefined, { message: 'This player was paused for too long. Play the stream again.' });
