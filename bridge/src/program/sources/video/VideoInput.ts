import type { Log } from '@lianmai/kit';
import type { RtpTrack, SourceId, VideoCodec } from '@lianmai/protocol';
import { nowMs } from '../../../runtime/index.js';
import type { Ffmpeg } from '../../../media/ffmpeg/index.js';
import type { Frame } from '../sourceContract.js';
import { type EncodedFrame, type RtpReceiver, type FrameTime, RtpVideoTrack } from '../../../media/rtp/index.js';
import type { SourceSync } from '../SourceSync.js';
import { DecodeBatch } from './DecodeBatch.js';
import { FramePool } from './FramePool.js';
import { FrameQueue } from './FrameQueue.js';
import type { RawFrame } from './RawFrameReader.js';
import type { TileSize } from './decodedWidth.js';
import { VideoDecoder } from './VideoDecoder.js';

export interface VideoInputOptions {
  id: SourceId;
  ffmpeg: Pick<Ffmpeg, 'path'>;
  receiver: RtpReceiver;
  sync: SourceSync;
  requestKeyFrame: (trackId: string) => void;
  log: Log;
}

export interface VideoInputStats {
  decoderPid: number | null;
  decoderCpuSeconds: number;
  decoderRssBytes: number;
  decoderRestarts: number;
  framesDecoded: number;
  lostPackets: number;
  frameSize: { width: number; height: number } | null;
}

/** A decoder that is not visible or has no track may soon be needed again: scenes change back, pages reload. */
const IDLE_MS = 3000;
/** Frames wait while a decoder starts, which says nothing about the network. */
const SETTLE_MS = 1000;

/** The video of one source over all its tracks and decoders. */
export class VideoInput {
  readonly #options: VideoInputOptions;
  readonly #pool = new FramePool();
  readonly #queue = new FrameQueue(this.#pool);
  readonly #batch = new DecodeBatch({
    playsAtMs: (time) => this.#playsAtMs(time),
    now: nowMs,
    decode: (frame, time) => this.#decode(frame, time),
  });
  #track: RtpVideoTrack | null = null;
  #unsubscribe: (() => void) | undefined;
  #decoder: VideoDecoder<FrameTime> | null = null;
  #codec: VideoCodec | null = null;
  /** undefined: not set, so frames keep their size. null: not visible. */
  #tile: TileSize | null | undefined;
  /** The key frame that ends the current requests once it has been decoded. */
  #awaitedKeyFrame: FrameTime | null = null;
  #idle: NodeJS.Timeout | undefined;
  readonly #past = { cpuSeconds: 0, restarts: 0, framesDecoded: 0, lostPackets: 0 };
  readonly #closing = new Set<Promise<void>>();

  constructor(options: VideoInputOptions) {
    this.#options = options;
  }

  get restarts(): number {
    return this.#past.restarts + (this.#decoder?.restarts ?? 0);
  }

  attach(description: RtpTrack, codec: VideoCodec): void {
    this.#dropTrack();
    const { receiver, sync, requestKeyFrame } = this.#options;
    const track = new RtpVideoTrack(description, codec, {
      onFrame: (frame, time) => this.#batch.push(frame, time),
      requestKeyFrame: () => requestKeyFrame(description.trackId),
    });
    this.#track = track;
    this.#unsubscribe = receiver.subscribe(track.input);
    sync.setClock('video', track.input.clock);
    if (this.#codec !== codec) this.#stopDecoder('another codec');
    this.#codec = codec;
    this.#awaitedKeyFrame = null;
    track.pause();
    this.#review();
  }

  detach(trackId: string): void {
    if (this.#track?.id !== trackId) return;
    this.#dropTrack();
    this.#review();
  }

  setRtt(trackId: string, rttMs: number): void {
    if (this.#track?.id === trackId) this.#track.input.setRtt(rttMs);
  }

  setTile(tile: TileSize | null): void {
    this.#tile = tile && { width: tile.width, height: tile.height, fit: tile.fit };
    if (tile) this.#decoder?.setTile(tile);
    this.#review();
  }

  frameAt(atMs: number): Frame | null {
    return this.#queue.at(atMs, (clock) => this.#options.sync.shiftMs(clock));
  }

  stats(): VideoInputStats {
    const decoder = this.#decoder;
    return {
      decoderPid: decoder?.pid ?? null,
      decoderCpuSeconds: this.#past.cpuSeconds + (decoder?.cpuSeconds() ?? 0),
      decoderRssBytes: decoder?.rssBytes() ?? 0,
      decoderRestarts: this.restarts,
      framesDecoded: this.#past.framesDecoded + (decoder?.framesDecoded ?? 0),
      lostPackets: this.#past.lostPackets + (this.#track?.input.lostPackets ?? 0),
      frameSize: this.#queue.size,
    };
  }

  async close(reason: string): Promise<void> {
    clearTimeout(this.#idle);
    this.#dropTrack();
    this.#stopDecoder(reason);
    await Promise.all(this.#closing);
  }

  /** Decodes while there is a track and the source is visible; stops a while later. */
  #review(): void {
    const isWanted = this.#track !== null && this.#tile !== null;
    if (!isWanted) {
      this.#idle ??= setTimeout(() => this.#rest(), IDLE_MS);
      return;
    }
    clearTimeout(this.#idle);
    this.#idle = undefined;
    this.#startDecoder();
    this.#track?.resume();
  }

  #rest(): void {
    this.#idle = undefined;
    this.#track?.pause();
    this.#stopDecoder('nobody looks');
  }

  #startDecoder(): void {
    if (this.#decoder || !this.#codec) return;
    const { id, ffmpeg, log } = this.#options;
    this.#decoder = new VideoDecoder<FrameTime>({
      ffmpeg,
      name: `decoder ${id}`,
      codec: this.#codec,
      tile: this.#tile ?? null,
      pool: this.#pool,
      log,
      onFrame: (frame, time) => this.#show(frame, time),
      onKeyFrameNeeded: () => this.#wantKeyFrame(),
    });
  }

  #wantKeyFrame(): void {
    this.#awaitedKeyFrame = null;
    this.#track?.keyFrames.want();
  }

  #stopDecoder(reason: string): void {
    this.#batch.clear();
    const decoder = this.#decoder;
    if (!decoder) return;
    this.#decoder = null;
    this.#past.restarts += decoder.restarts;
    this.#past.framesDecoded += decoder.framesDecoded;
    const closing = decoder.close(reason).finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
    this.#past.cpuSeconds += decoder.cpuSeconds();
  }

  #dropTrack(): void {
    if (!this.#track) return;
    this.#batch.flush();
    this.#unsubscribe?.();
    this.#past.lostPackets += this.#track.input.lostPackets;
    this.#track.close();
    this.#track = null;
    this.#options.sync.setClock('video', null);
  }

  #decode(frame: EncodedFrame, time: FrameTime): void {
    const isTaken = this.#decoder?.decode(frame, time) ?? false;
    if (isTaken && frame.isKeyFrame) this.#awaitedKeyFrame ??= time;
  }

  #show(frame: RawFrame, time: FrameTime): void {
    const atMs = nowMs();
    this.#batch.decoded(time);
    if (time === this.#awaitedKeyFrame) {
      this.#awaitedKeyFrame = null;
      this.#track?.keyFrames.got();
    }
    this.#observe(time, atMs);
    this.#queue.push(frame, time, atMs);
  }

  #observe(time: FrameTime, atMs: number): void {
    const { sync } = this.#options;
    if (this.#track?.input.clock !== time.clock || atMs - (this.#decoder?.startedAtMs ?? atMs) < SETTLE_MS) return;
    sync.delay.setReorderWait('video', this.#track.input.reorderWaitMs(atMs));
    const playsAtMs = this.#playsAtMs(time);
    if (playsAtMs !== null) sync.observe(playsAtMs, atMs);
  }

  #playsAtMs({ clock, mediaMs }: FrameTime): number | null {
    const shiftMs = this.#options.sync.shiftMs(clock);
    return shiftMs === null ? null : mediaMs + shiftMs;
  }
}
