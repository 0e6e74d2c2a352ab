import { EventEmitter } from 'node:events';
import { Scope, type Closable } from '@lianmai/kit';
import { LianmaiError, toLianmaiError, type RtpTrack } from '@lianmai/protocol';
import { nowMs } from '../../runtime/index.js';
import { buildOpusHead, makeMediaTag, type FlvTag } from '../../media/formats/index.js';
import type { PublishSession } from '../../hub/gate/index.js';
import { TrackInput, RtpVideoTrack, type RtpReceiver, opusSamples, type EncodedFrame, type RtpPacket } from '../../media/rtp/index.js';
import { AvcTagBuilder } from './AvcTagBuilder.js';
import { AvTimeline } from './AvTimeline.js';

export interface SfuIngestOptions {
  publishSession: PublishSession;
  receiver: RtpReceiver;
  /** The publisher shall make a key frame. */
  requestKeyFrame: (trackId: string) => void;
}

export interface SfuIngestEvents {
  /** From our side: sent away, taken over, or nothing came. */
  ended: [error: LianmaiError];
}

/** Browsers make key frames only when asked; FLV and HLS players start at one. */
const KEY_FRAME_EVERY_MS = 2000;
/** The server notices a publisher that is gone much sooner; this is for a server that is gone as well. */
const IDLE_MS = 60_000;
const IDLE_CHECK_MS = 5000;
/** Sound is sent all the time, a picture several times a second. */
const SILENT_MS = 2000;

interface AttachedTrack {
  trackId: string;
  close(): void;
}

/** A publisher on the SFU as a stream of the hub: plain RTP in, tags out, sound from its first packet. */
export class SfuIngest extends EventEmitter<SfuIngestEvents> implements Closable {
  readonly publishSession: PublishSession;
  readonly #options: SfuIngestOptions;
  readonly #scope = new Scope();
  readonly #timeline = new AvTimeline();
  #audio: AttachedTrack | null = null;
  #video: (AttachedTrack & { track: RtpVideoTrack }) | null = null;
  #receivedAtMs = nowMs();
  #keyFrameAtMs = nowMs();

  constructor(options: SfuIngestOptions) {
    super();
    this.publishSession = options.publishSession;
    this.#options = options;
    const { signal } = options.publishSession;
    const onAbort = () => this.#end(toLianmaiError(signal.reason));
    // It may have been sent away before we listen; the owner listens from the next turn on.
    if (signal.aborted) queueMicrotask(onAbort);
    signal.addEventListener('abort', onAbort, { once: true });
    this.#scope.defer(() => signal.removeEventListener('abort', onAbort));
    this.#scope.interval(IDLE_CHECK_MS, () => {
      if (nowMs() - this.#receivedAtMs > IDLE_MS) this.#end(new LianmaiError('TIMEOUT', undefined, { message: 'Nothing came any more.' }));
    });
  }

  get rtp(): { ip: string; port: number } {
    const { ip, port } = this.#options.receiver;
    return { ip, port };
  }

  /** Starts a track; one of the same kind is replaced. */
  attach(track: RtpTrack): void {
    if (track.codec === 'opus') this.#attachAudio(track);
    else if (track.codec === 'H264') this.#attachVideo(track);
    else throw new LianmaiError('UNSUPPORTED', { codec: track.codec });
  }

  /** Nothing has come for a moment: the publisher may be gone without a word, which the server notices only later. */
  get isSilent(): boolean {
    return nowMs() - this.#receivedAtMs > SILENT_MS;
  }

  /** Somebody else has the right to the stream. */
  giveWay(): void {
    this.#end(new LianmaiError('CONFLICT', undefined, { message: 'Another publisher took the stream over.' }));
  }

  /** Somebody waits for a picture. */
  requestKeyFrame(): void {
    this.#video?.track.keyFrames.want();
  }

  async close(reason: string, isFinal = false): Promise<void> {
    if (this.#scope.isClosed) return;
    this.#audio?.close();
    this.#video?.close();
    this.publishSession.close(reason, isFinal);
    await Promise.all([this.#scope.close(reason), this.#options.receiver.close(reason)]);
  }

  #attachAudio(track: RtpTrack): void {
    this.#audio?.close();
    const input: TrackInput = new TrackInput(track, { onPacket: (packet) => this.#takeSound(packet), onLoss: () => undefined });
    this.#timeline.setClock('audio', input.clock);
    this.#audio = { trackId: track.trackId, close: this.#listen(input) };
    const data = buildOpusHead({ channels: track.channels });
    this.#write(makeMediaTag({ codec: 'opus', dtsMs: 0, data, isConfig: true }));
  }

  #attachVideo(track: RtpTrack): void {
    this.#video?.close();
    const frames = new AvcTagBuilder();
    const video: RtpVideoTrack = new RtpVideoTrack(track, 'H264', {
      onFrame: (frame) => this.#takePicture(video, frames, frame),
      requestKeyFrame: () => this.#options.requestKeyFrame(track.trackId),
    });
    this.#timeline.setClock('video', video.input.clock);
    const unsubscribe = this.#listen(video.input);
    const close = () => {
      unsubscribe();
      video.close();
    };
    this.#video = { trackId: track.trackId, track: video, close };
    video.keyFrames.want();
  }

  #listen(input: TrackInput): () => void {
    const unsubscribe = this.#options.receiver.subscribe(input);
    return () => {
      unsubscribe();
      input.close();
    };
  }

  #takeSound({ payload, timestamp }: RtpPacket): void {
    this.#receivedAtMs = nowMs();
    if (opusSamples(payload) === null) return;
    const placedMs = this.#timeline.placeMs('audio', timestamp, this.#receivedAtMs);
    if (placedMs === null) return;
    const data = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
    this.#write(makeMediaTag({ codec: 'opus', dtsMs: Math.round(placedMs), data }));
  }

  #takePicture({ keyFrames }: RtpVideoTrack, frames: AvcTagBuilder, frame: EncodedFrame): void {
    const atMs = (this.#receivedAtMs = nowMs());
    if (frame.isKeyFrame) {
      keyFrames.got();
      this.#keyFrameAtMs = atMs;
    } else if (atMs - this.#keyFrameAtMs > KEY_FRAME_EVERY_MS) {
      keyFrames.want();
    }
    const placedMs = this.#timeline.placeMs('video', frame.timestamp, atMs);
    if (placedMs === null) return;
    for (const tag of frames.tagsOf(frame, placedMs)) this.#write(tag);
  }

  #write(tag: FlvTag): void {
    if (!this.#scope.isClosed) this.publishSession.write(tag);
  }

  #end(error: LianmaiError): void {
    if (this.#scope.isClosed) return;
    // Sent away: the stream ends with its publisher. Nobody there any more: it waits for them.
    void this.close(error.message, error.code === 'FORBIDDEN');
    this.emit('ended', error);
  }
}
