import type { Log } from '@lianmai/kit';
import { LianmaiError } from '@lianmai/protocol';
import { decodeAmf, encodeAmf, FormatError, makeTag } from '../../media/formats/index.js';
import { ErtmpNormaliser, RTMP, RtmpTimestamps, UnsupportedCodec, type RtmpMessage } from '../../media/protocols/rtmp/index.js';
import type { PublishSession } from '../../hub/gate/index.js';
import { unsupportedVideo } from './rtmpCodecs.js';

export interface RtmpPublisherOptions {
  publishSession: PublishSession;
  /** The session ends after this long without media, ms. */
  mediaMs: number;
  log: Log;
  /** Called when we end the session. Send the reason, then disconnect. */
  onEnded: (reason: LianmaiError) => void;
}

const SET_DATA_FRAME = encodeAmf('@setDataFrame');
const CLEAR_DATA_FRAME = encodeAmf('@clearDataFrame');
/** Metadata is a few kB; captions and cue points are smaller. */
const MAX_DATA_BYTES = 64 * 1024;

/** Passes one publisher's media to the hub: continuous timestamps, normalised bodies, unwrapped metadata. */
export class RtmpPublisher {
  readonly kind = 'publish';
  readonly #options: RtmpPublisherOptions;
  readonly #time = new RtmpTimestamps();
  readonly #tracks = { video: new ErtmpNormaliser('video'), audio: new ErtmpNormaliser('audio') };
  readonly #idle: NodeJS.Timeout;
  #lastMediaAtMs = performance.now();
  #hasWarned = false;
  #isClosed = false;

  constructor(options: RtmpPublisherOptions) {
    this.#options = options;
    const { publishSession, mediaMs, onEnded } = options;
    this.#idle = setTimeout(
      () =>
        onEnded(
          new LianmaiError('TIMEOUT', undefined, {
            message: `No media arrived for ${mediaMs / 1000} s. Check that the encoder is still sending.`,
          }),
        ),
      mediaMs,
    );
    const onAbort = () => onEnded(publishSession.signal.reason as LianmaiError);
    publishSession.signal.addEventListener('abort', onAbort, { once: true });
    if (publishSession.signal.aborted) queueMicrotask(onAbort);
  }

  get key(): string {
    return this.#options.publishSession.stream.key;
  }

  get bytes(): number {
    return this.#options.publishSession.admission.bytes;
  }

  /** Time since its last media, ms. */
  get silentMs(): number {
    return performance.now() - this.#lastMediaAtMs;
  }

  /** Ends this session so that another publisher can take the stream. */
  giveWay(): void {
    this.#options.onEnded(new LianmaiError('CONFLICT', undefined, { message: 'Another publisher took over this silent stream.' }));
  }

  /** Throws FormatError for a truncated body. */
  write({ typeId, timestampMs, body }: RtmpMessage): void {
    if (this.#isClosed || body.length === 0) return;
    if (typeId === RTMP.video) this.#writeMedia('video', timestampMs, body);
    else if (typeId === RTMP.audio) this.#writeMedia('audio', timestampMs, body);
    else if (typeId === RTMP.data) this.#writeData(body);
    else if (typeId === RTMP.dataAmf3) this.#writeData(body[0] === 0 ? body.subarray(1) : body);
  }

  /** `isFinal`: the broadcaster stopped on purpose. */
  close(reason: string, isFinal: boolean): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#idle);
    this.#options.publishSession.close(reason, isFinal);
  }

  #writeMedia(kind: 'video' | 'audio', timestampMs: number, body: Buffer): void {
    this.#idle.refresh();
    this.#lastMediaAtMs = performance.now();
    const normal = this.#normalise(kind, body);
    if (!normal) return;
    // Configs carry arbitrary timestamps, mostly 0, so they must not start the clock.
    const tag = makeTag(kind, 0, normal);
    this.#options.publishSession.write(tag.isConfig ? tag : { ...tag, dtsMs: this.#time.unwrap(timestampMs) });
  }

  #normalise(kind: 'video' | 'audio', body: Buffer): Buffer | null {
    try {
      return this.#tracks[kind].normalise(body);
    } catch (error) {
      if (!(error instanceof UnsupportedCodec)) throw error;
      if (kind === 'video') this.#options.onEnded(unsupportedVideo(error.codec));
      else this.#warnOnce(error.codec);
      return null;
    }
  }

  /** A camera with an old audio codec is still worth watching. */
  #warnOnce(codec: string): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#options.log.warn({ stream: this.key, codec }, 'unsupported audio codec left out; publish AAC, Opus or MP3');
  }

  #writeData(body: Buffer): void {
    if (body.length > MAX_DATA_BYTES || startsWith(body, CLEAR_DATA_FRAME)) return;
    const data = startsWith(body, SET_DATA_FRAME) ? body.subarray(SET_DATA_FRAME.length) : body;
    if (isWellFormed(data)) this.#options.publishSession.write(makeTag('data', 0, data));
  }
}

const startsWith = (body: Buffer, head: Buffer) => body.subarray(0, head.length).equals(head);

/** Players get the data unchanged, so it must be well-formed AMF. */
function isWellFormed(data: Buffer): boolean {
  try {
    return typeof decodeAmf(data)[0] === 'string';
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}
