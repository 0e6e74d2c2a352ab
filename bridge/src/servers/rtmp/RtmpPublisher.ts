import type { Log } from '@lianmai/kit';
import { LianmaiError } from '@lianmai/protocol';
import { decodeAmf, encodeAmf, FormatError, makeTag } from '../../media/formats/index.js';
import { ErtmpNormaliser, RTMP, RtmpTimestamps, UnsupportedCodec, type RtmpMessage } from '../../media/protocols/rtmp/index.js';
import type { PublishSession } from '../../hub/gate/index.js';

export interface PublishingOptions {
  publication: PublishSession;
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
  readonly #options: PublishingOptions;
  readonly #time = new RtmpTimestamps();
  readonly #tracks = { video: new ErtmpNormaliser('video'), audio: new ErtmpNormaliser('audio') };
  readonly #idle: NodeJS.Timeout;
  #lastMediaAtMs = performance.now();
  #hasTold = false;
  #isOver = false;

  constructor(options: PublishingOptions) {
    this.#options = options;
    const { publication, mediaMs, onOver } = options;
    this.#idle = setTimeout(() => onOver(new LianmaiError('TIMEOUT', undefined, { message: 'No media has come for too long.' })), mediaMs);
    const onAbort = () => onOver(publication.signal.reason as LianmaiError);
    publication.signal.addEventListener('abort', onAbort, { once: true });
    if (publication.signal.aborted) queueMicrotask(onAbort);
  }

  get key(): string {
    return this.#options.publication.stream.key;
  }

  get bytes(): number {
    return this.#options.publication.admission.bytes;
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
    this.#options.publication.close(reason, isFinal);
  }

  #writeMedia(kind: 'video' | 'audio', timestampMs: number, body: Buffer): void {
    this.#idle.refresh();
    this.#lastMediaAtMs = performance.now();
    const normal = this.#normalise(kind, body);
    if (!normal) return;
    // Configurations come with any time, mostly 0: they must not start the clock.
    const tag = makeTag(kind, 0, normal);
    this.#options.publication.write(tag.isConfig ? tag : { ...tag, dtsMs: this.#time.unwrap(timestampMs) });
  }

  #normalise(kind: 'video' | 'audio', body: Buffer): Buffer | null {
    try {
      return this.#tracks[kind].normalise(body);
    } catch (error) {
      if (!(error instanceof UnsupportedCodec)) throw error;
      if (kind === 'video') this.#options.onOver(unsupported(error.codec));
      else this.#leaveOut(error.codec);
      return null;
    }
  }

  /** A camera with an old sound codec is still worth watching. */
  #leaveOut(codec: string): void {
    if (this.#hasTold) return;
    this.#hasTold = true;
    this.#options.log.warn({ stream: this.key, codec }, 'sound of this codec is left out: publish AAC, Opus or MP3');
  }

  #writeData(body: Buffer): void {
    if (body.length > MAX_DATA_BYTES || startsWith(body, CLEAR_DATA_FRAME)) return;
    const data = startsWith(body, SET_DATA_FRAME) ? body.subarray(SET_DATA_FRAME.length) : body;
    if (isSound(data)) this.#options.publication.write(makeTag('data', 0, data));
  }
}

const startsWith = (body: Buffer, head: Buffer) => body.subarray(0, head.length).equals(head);

/** Players get it as it is, so it must be what it says. */
function isSound(data: Buffer): boolean {
  try {
    return typeof decodeAmf(data)[0] === 'string';
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

const unsupported = (codec: string) =>
  new LianmaiError('UNSUPPORTED', { codec }, { message: `Video codec ${codec} is not supported. Publish H.264, HEVC, AV1 or VP9.` });
