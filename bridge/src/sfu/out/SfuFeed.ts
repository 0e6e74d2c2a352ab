import { EventEmitter } from 'node:events';
import { Scope, type Closable, type Log } from '@lianmai/kit';
import { LianmaiError, type SfuFeedTrack } from '@lianmai/protocol';
import { nowMs } from '../../runtime/index.js';
import { FormatError, readFlvBody, type FlvTag } from '../../media/formats/index.js';
import { waitForTracks } from '../../hub/renditions/index.js';
import { SlidingMinimum } from '../../media/rtp/index.js';
import type { Reader, Stream } from '../../hub/stream/index.js';
import { SfuAudioTrack } from './SfuAudioTrack.js';
import { SfuVideoTrack } from './SfuVideoTrack.js';
import { asksForKeyFrame } from './asksForKeyFrame.js';
import { PacedSocket } from './PacedSocket.js';

export interface SfuFeedOptions {
  /** Must carry H.264 without B-frames, Opus, or both. */
  stream: Stream;
  rtpIp: string;
  /** The stream that `stream` is converted from, if it is a rendition. */
  source?: Stream;
  /** Called when a viewer needs a key frame. */
  requestKeyFrame: () => unknown;
  log: Log;
}

export interface SfuFeedEvents {
  ended: [reason: string];
}

const READER = { name: 'whep', maxQueueBytes: 16 * 1024 * 1024, maxQueueMs: 5000, startWithGop: true };
/** Older tags are sent only to decode later frames; a viewer who got them at normal pace would stay behind. */
const BEHIND_MS = 100;
const REPORT_MS = 500;
const WINDOW_MS = 3000;
const KEY_FRAME_REQUEST_MS = 500;
/** The SFU sends reports every few seconds. */
const NO_RTCP_MS = 30_000;

/** Sends a stream of the hub to the SFU as plain RTP. */
export class SfuFeed extends EventEmitter<SfuFeedEvents> implements Closable {
  readonly stream: Stream;
  readonly #options: SfuFeedOptions;
  readonly #scope = new Scope();
  readonly #socket: PacedSocket;
  readonly #lag = new SlidingMinimum(WINDOW_MS);
  #video: SfuVideoTrack | null = null;
  #audio: SfuAudioTrack | null = null;
  #rtcpAtMs = nowMs();
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #isSending = false;

  private constructor(options: SfuFeedOptions, socket: (onDatagram: (datagram: Buffer) => void) => PacedSocket) {
    super();
    this.#options = options;
    this.stream = options.stream;
    this.#socket = socket((datagram) => this.#onRtcp(datagram));
    this.#scope.own(this.#socket);
    // Keeps a rendition running until the server tells us where to send it.
    this.#scope.defer(this.stream.hold());
  }

  /** Resolves when the stream's tracks are known. Throws UNSUPPORTED if WebRTC can play none of them. */
  static async open(options: SfuFeedOptions): Promise<SfuFeed> {
    let hear: (datagram: Buffer) => void = () => undefined;
    const socket = await PacedSocket.open(options.rtpIp, (datagram) => hear(datagram), options.log);
    const feed = new SfuFeed(options, (onDatagram) => {
      hear = onDatagram;
      return socket;
    });
    try {
      await feed.#describe();
      return feed;
    } catch (error) {
      await feed.close('not started');
      throw error;
    }
  }

  get rtp(): { ip: string; port: number } {
    return { ip: this.#options.rtpIp, port: this.#socket.port };
  }

  get tracks(): SfuFeedTrack[] {
    return [this.#video?.track, this.#audio?.track].filter((track) => track !== undefined);
  }

  /** Starts sending from the last key frame. */
  send(to: { ip: string; port: number }): void {
    this.#socket.setTarget(to);
    if (this.#isSending) return;
    this.#isSending = true;
    this.#rtcpAtMs = nowMs();
    const reader = this.#scope.own(this.stream.createReader(READER));
    this.#scope.interval(REPORT_MS, () => this.#report());
    void this.#run(reader).catch((error: unknown) => {
      if (!this.#scope.isClosed) this.#options.log.warn({ err: error, stream: this.stream.key }, 'SFU feed failed');
      this.#end('it failed');
    });
  }

  /** Resends the frames since the last key frame. Viewers who already have them see them again briefly. */
  refresh(): void {
    const sentMs = this.#video?.lastDtsMs;
    if (sentMs == null || !this.#isSending) return;
    const pictures = this.stream.gop.filter((tag) => tag.kind === 'video' && tag.dtsMs <= sentMs);
    if (pictures[0]?.isKeyFrame) this.#socket.send(this.#video?.catchUp(pictures, sentMs) ?? []);
  }

  close(reason: string): Promise<void> {
    return this.#scope.close(reason);
  }

  async #describe(): Promise<void> {
    await waitForTracks(this.stream, this.#scope.signal, this.#options.source);
    const { video, audio } = this.stream.preamble;
    if (video && readFlvBody(video)?.codec === 'h264') this.#video = new SfuVideoTrack();
    if (audio && readFlvBody(audio)?.codec === 'opus') this.#audio = new SfuAudioTrack();
    if (this.#video || this.#audio) return;
    throw new LianmaiError('UNSUPPORTED', undefined, { message: `${this.stream.key} has no track that WebRTC can play.` });
  }

  async #run(reader: Reader): Promise<void> {
    for (;;) {
      const tags = await reader.read(this.#scope.signal);
      if (!tags) return this.#end('the stream ended');
      this.#sendAll(tags);
    }
  }

  #sendAll(tags: readonly FlvTag[]): void {
    const newestMs = tags.reduce((newest, { dtsMs }) => Math.max(newest, dtsMs), 0);
    this.#lag.add(nowMs() - newestMs, nowMs());
    const isBehind = (tag: FlvTag) => newestMs - tag.dtsMs > BEHIND_MS;
    let late: FlvTag[] = [];
    for (const tag of tags) {
      if (tag.isConfig) this.#configure(tag);
      else if (isBehind(tag)) late.push(...(tag.kind === 'video' ? [tag] : []));
      else {
        if (late.length > 0) this.#socket.send(this.#video?.catchUp(late, tag.dtsMs) ?? []);
        late = [];
        this.#sendTag(tag);
      }
    }
    if (late.length > 0) this.#socket.send(this.#video?.catchUp(late, newestMs - BEHIND_MS) ?? []);
  }

  #sendTag(tag: FlvTag): void {
    const track = tag.kind === 'video' ? this.#video : tag.kind === 'audio' ? this.#audio : null;
    if (track) this.#socket.send(track.packetsOf(tag));
  }

  #configure(tag: FlvTag): void {
    const body = readFlvBody(tag);
    if (this.#isNewTrack(body?.codec)) return this.#end('the stream has a new track');
    if (body?.codec !== 'h264') return;
    try {
      this.#video?.setConfig(body.data);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.#options.log.debug({ err: error, stream: this.stream.key }, 'skipped an invalid codec config');
    }
  }

  /** Receivers negotiated the original tracks, so a new track requires a new negotiation. */
  #isNewTrack(codec: string | undefined): boolean {
    return (codec === 'h264' && !this.#video) || (codec === 'opus' && !this.#audio);
  }

  /** Both reports use one clock, so players synchronise the tracks as the stream has them. */
  #report(): void {
    const atMs = nowMs();
    if (atMs - this.#rtcpAtMs > NO_RTCP_MS) return this.#end('no receiver');
    const lagMs = this.#lag.value;
    if (lagMs === null) return;
    for (const track of [this.#video, this.#audio]) if (track) this.#socket.sendNow(track.report(Date.now(), atMs - lagMs));
  }

  #onRtcp(datagram: Buffer): void {
    this.#rtcpAtMs = nowMs();
    if (!asksForKeyFrame(datagram) || this.#rtcpAtMs - this.#askedAtMs < KEY_FRAME_REQUEST_MS) return;
    this.#askedAtMs = this.#rtcpAtMs;
    this.#options.requestKeyFrame();
  }

  #end(reason: string): void {
    if (this.#scope.isClosed) return;
    void this.close(reason);
    this.emit('ended', reason);
  }
}
