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
  /** Asks the publisher for a key frame. */
  requestKeyFrame: (trackId: string) => void;
}

export interface SfuIngestEvents {
  /** We ended the ingest: kicked, taken over or no media. */
  ended: [error: LianmaiError];
}

/** Browsers produce key frames only on request, and FLV and HLS players need them to start. */
const KEY_FRAME_EVERY_MS = 2000;
/** The server notices a lost publisher much sooner; this covers a lost server. */
const IDLE_MS = 60_000;
const IDLE_CHECK_MS = 5000;
/** Audio packets are continuous and video frames frequent, so this much silence means trouble. */
const SILENT_MS = 2000;

interface AttachedTrack {
  trackId: string;
  close(): void;
}

/** Publishes one SFU publisher's tracks as a stream of the hub: plain RTP in, tags out. */
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
    // The session may have been aborted already; the owner starts listening in the next turn.
    if (signal.aborted) queueMicrotask(onAbort);
    signal.addEventListener('abort', onAbort, { once: true });
    this.#scope.defer(() => signal.removeEventListener('abort', onAbort));
    this.#scope.interval(IDLE_CHECK_MS, () => {
      if (nowMs() - this.#receivedAtMs > IDLE_MS)
        this.#end(
          new LianmaiError('TIMEOUT', undefined, {
            message: `No media arrived for ${IDLE_MS / 1000} s. Check that the browser is still publishing.`,
          }),
        );
    });
  }

  get rtp(): { ip: string; port: number } {
    const { ip, port } = this.#options.receiver;
    return { ip, port };
  }

  /** Starts a track, replacing an earlier one of the same kind. */
  attach(track: RtpTrack): void {
    if (track.codec === 'opus') this.#attachAudio(track);
    else if (track.codec === 'H264') this.#attachVideo(track);
    else throw new LianmaiError('UNSUPPORTED', { codec: track.codec });
  }

  /** No media for a moment. The publisher may be lost, which the server notices only later. */
  get isSilent(): boolean {
    return nowMs() - this.#receivedAtMs > SILENT_MS;
  }

  /** Ends this ingest because another publisher takes the stream. */
  giveWay(): void {
    this.#end(new LianmaiError('CONFLICT', undefined, { message: 'Another publisher took over this stream.' }));
  }

  /** Requests a key frame for a waiting player. */
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
    const atMs = nowMs();
    this.#receivedAtMs = atMs;
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
    // A kicked publisher ends its stream at once; otherwise the stream waits for it to return.
    void this.close(error.message, error.code === 'FORBIDDEN');
    this.emit('ended', error);
  }
}
