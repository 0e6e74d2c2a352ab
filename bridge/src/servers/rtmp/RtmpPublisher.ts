import type { Log } from '@lianmai/kit';
import { LianmaiError } from '@lianmai/protocol';
import { decodeAmf, encodeAmf, FormatError, makeTag } from '../../media/formats/index.js';
import { ErtmpNormaliser, RTMP, RtmpTimestamps, UnsupportedCodec, type RtmpMessage } from '../../media/protocols/rtmp/index.js';
import type { PublishSession } from '../../hub/gate/index.js';
import { unsupportedVideo } from './rtmpCodecs.js';

export interface RtmpPublisherOptions {
  publishSession: PublishSession;
  /** No media for so long, and it is over. */
  mediaMs: number;
  log: Log;
  /** It is over from our side: tell them why and hang up. */
  onOver: (reason: LianmaiError) => void;
}

const SET_DATA_FRAME = encodeAmf('@setDataFrame');
const CLEAR_DATA_FRAME = encodeAmf('@clearDataFrame');
/** Metadata is a screenful; captions and cue points are less. */
const MAX_DATA_BYTES = 64 * 1024;

/** Media of one publisher on its way to the hub: one growing time, bodies in the hub's form, metadata out of its wrapping. */
export class RtmpPublisher {
  readonly kind = 'publish';
  readonly #options: RtmpPublisherOptions;
  readonly #time = new RtmpTimestamps();
  readonly #tracks = { video: new ErtmpNormaliser('video'), audio: new ErtmpNormaliser('audio') };
  readonly #idle: NodeJS.Timeout;
  #lastMediaAtMs = performance.now();
  #hasWarned = false;
  #isOver = false;

  constructor(options: RtmpPublisherOptions) {
    this.#options = options;
    const { publishSession, mediaMs, onOver } = options;
    this.#idle = setTimeout(() => onOver(new LianmaiError('TIMEOUT', undefined, { message: 'No media has come for too long.' })), mediaMs);
    const onAbort = () => onOver(publishSession.signal.reason as LianmaiError);
    publishSession.signal.addEventListener('abort', onAbort, { once: true });
    if (publishSession.signal.aborted) queueMicrotask(onAbort);
  }

  get key(): string {
    return this.#options.publishSession.stream.key;
  }

  get bytes(): number {
    return this.#options.publishSession.admission.bytes;
  }

  /** Since its last media, ms. */
  get silentMs(): number {
    return performance.now() - this.#lastMediaAtMs;
  }

  /** Another one takes its place. */
  giveWay(): void {
    this.#options.onOver(new LianmaiError('CONFLICT', undefined, { message: 'Another publisher took over what was silent.' }));
  }

  /** Throws FormatError on a body that is cut off. */
  write({ typeId, timestampMs, body }: RtmpMessage): void {
    if (this.#isOver || body.length === 0) return;
    if (typeId === RTMP.video) this.#writeMedia('video', timestampMs, body);
    else if (typeId === RTMP.audio) this.#writeMedia('audio', timestampMs, body);
    else if (typeId === RTMP.data) this.#writeData(body);
    else if (typeId === RTMP.dataAmf3) this.#writeData(body[0] === 0 ? body.subarray(1) : body);
  }

  /** `isFinal`: they said goodbye. */
  close(reason: string, isFinal: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#idle);
    this.#options.publishSession.close(reason, isFinal);
  }

  #writeMedia(kind: 'video' | 'audio', timestampMs: number, body: Buffer): void {
    this.#idle.refresh();
    this.#lastMediaAtMs = performance.now();
    const normal = this.#normalise(kind, body);
    if (!normal) return;
    // Configurations come with any time, mostly 0: they must not start the clock.
    const tag = makeTag(kind, 0, normal);
    this.#options.publishSession.write(tag.isConfig ? tag : { ...tag, dtsMs: this.#time.unwrap(timestampMs) });
  }

  #normalise(kind: 'video' | 'audio', body: Buffer): Buffer | null {
    try {
      return this.#tracks[kind].normalise(body);
    } catch (error) {
      if (!(error instanceof UnsupportedCodec)) throw error;
      if (kind === 'video') this.#options.onOver(unsupportedVideo(error.codec));
      else this.#warnOnce(error.codec);
      return null;
    }
  }

  /** A camera with an old sound codec is still worth watching. */
  #warnOnce(codec: string): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#options.log.warn({ stream: this.key, codec }, 'sound of this codec is left out: publish AAC, Opus or MP3');
  }

  #writeData(body: Buffer): void {
    if (body.length > MAX_DATA_BYTES || startsWith(body, CLEAR_DATA_FRAME)) return;
    const data = startsWith(body, SET_DATA_FRAME) ? body.subarray(SET_DATA_FRAME.length) : body;
    if (isWellFormed(data)) this.#options.publishSession.write(makeTag('data', 0, data));
  }
}

const startsWith = (body: Buffer, head: Buffer) => body.subarray(0, head.length).equals(head);

/** Players get it as it is, so it must be what it says. */
function isWellFormed(data: Buffer): boolean {
  try {
    return typeof decodeAmf(data)[0] === 'string';
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}
