import type { RtpTrack, VideoCodec } from '@lianmai/protocol';
import type { EncodedFrame } from './EncodedFrame.js';
import { FrameAssembler } from './FrameAssembler.js';
import type { RtpPacket } from './rtpPacket.js';
import type { FrameTime } from './TrackClock.js';
import { TrackInput } from './TrackInput.js';
import { KeyFrameRequests } from './KeyFrameRequests.js';

export interface RtpVideoTrackEvents {
  onFrame: (frame: EncodedFrame, time: FrameTime) => void;
  requestKeyFrame: () => void;
}

/** Video over RTP as whole frames, including the requests that get a key frame of it. */
export class RtpVideoTrack {
  readonly id: string;
  readonly codec: VideoCodec;
  readonly input: TrackInput;
  readonly keyFrames: KeyFrameRequests;
  readonly #assembler: FrameAssembler;
  #isPaused = false;

  constructor(track: RtpTrack, codec: VideoCodec, { onFrame, requestKeyFrame }: RtpVideoTrackEvents) {
    this.id = track.trackId;
    this.codec = codec;
    this.keyFrames = new KeyFrameRequests(requestKeyFrame);
    this.#assembler = new FrameAssembler(codec, {
      onFrame: (frame) => onFrame(frame, { clock: this.input.clock, mediaMs: this.input.clock.mediaMs(frame.timestamp) }),
      onKeyFrameNeeded: () => this.keyFrames.want(),
    });
    this.input = new TrackInput(track, { onPacket: (packet) => this.#take(packet), onLoss: () => this.#assembler.lose() });
  }

  /** The video is not visible: packets only keep the clock. */
  pause(): void {
    this.#isPaused = true;
    this.keyFrames.close();
  }

  /** Continues from the next key frame, which it requests. */
  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#assembler.restart();
    this.keyFrames.want();
  }

  close(): void {
    this.input.close();
    this.keyFrames.close();
  }

  #take(packet: RtpPacket): void {
    if (!this.#isPaused) this.#assembler.push(packet);
  }
}
