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
  /** Left out: every player gets the stream as it is. */
  openRendition?: (source: Stream, accepts: AcceptedCodecs) => Stream;
}

export interface RtmpPlayerOptions {
  requested: RequestedStream;
  protocol: 'rtmp' | 'rtmps';
  ip: string;
  socket: Socket;
  accepts: AcceptedCodecs;
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
export class RtmpPlayer {
  readonly kind = 'play';
  readonly key: string;
  readonly #parts: RtmpPlayerParts;
  readonly #options: RtmpPlayerOptions;
  readonly #left = new AbortController();
  #admission: Admission | null = null;
  #playback: FanoutPlayback<Packed> | null = null;

  constructor(parts: RtmpPlayerParts, options: RtmpPlayerOptions) {
    this.#parts = parts;
    this.#options = options;
    this.key = `${options.requested.app}/${options.requested.name}`;
    this.#run().catch((error: unknown) => {
      if (!this.#left.signal.aborted) options.onOver(error);
    });
  }

  get bytes(): number {
    return this.#admission?.bytes ?? 0;
  }

  /** What it was too slow for. */
  get droppedTags(): number {
    return this.#playback?.droppedTags ?? 0;
  }

  /** Once the stream plays. */
  get clientId(): string | null {
    return this.#admission?.clientId ?? null;
  }

  pause(isPaused: boolean): void {
    if (isPaused) this.#playback?.pause();
    else this.#playback?.resume();
  }

  close(reason: string): void {
    if (this.#left.signal.aborted) return;
    this.#left.abort(new Error(reason));
    this.#playback?.leave();
    this.#admission?.release();
  }

  async #run(): Promise<void> {
    const { requested, protocol, ip, onOver } = this.#options;
    const admission = await this.#parts.gate.admit({ ...requested, action: 'play', protocol, ip });
    if (this.#left.signal.aborted) return admission.release();
    this.#admission = admission;
    admission.signal.addEventListener('abort', () => onOver(admission.signal.reason), { once: true });
    const stream = await this.#find();
    this.#left.signal.throwIfAborted();
    this.#play(stream, admission);
  }

  async #find(): Promise<Stream> {
    const { requested } = this.#options;
    const stream = this.#parts.hub.get(requested);
    if (stream) return stream;
    const missing = new LianmaiError('NOT_FOUND', undefined, { message: 'There is no such stream at the moment.' });
    if (requested.params['wait'] !== '1') throw missing;
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(missing), WAIT_MS);
    try {
      return await this.#parts.hub.whenPublished(requested, AbortSignal.any([limit.signal, this.#left.signal]));
    } finally {
      clearTimeout(timer);
    }
  }

  #play(source: Stream, admission: Admission): void {
    const { socket, accepts, onStart, onEnd, onOver } = this.#options;
    const { fanouts, openRendition } = this.#parts;
    const stream = openRendition?.(source, accepts) ?? source;
    const onStalled = () => void socket.destroy(new LianmaiError('DESTINATION_STALLED'));
    const sink = { socket, pick: ({ bytes }: Packed) => bytes, admission, onEnd, onStalled, onError: onOver };
    this.#playback = fanouts.open(stream, sink);
    onStart();
    this.#playback.start();
  }
}
