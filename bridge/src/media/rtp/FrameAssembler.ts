import type { VideoCodec } from '@lianmai/protocol';
import type { EncodedFrame, PayloadFormat, PayloadPart } from './EncodedFrame.js';
import { H264Format } from './h264Payload.js';
import type { RtpPacket } from './rtpPacket.js';
import { Vp8Format } from './vp8Payload.js';
import { Vp9Format } from './vp9Payload.js';

export interface FrameEvents {
  onFrame: (frame: EncodedFrame) => void;
  /** Frames are dropped until a key frame arrives. Repeated for every dropped frame; the receiver limits the rate of requests. */
  onKeyFrameNeeded: () => void;
}

/** Anything larger is not a video frame. */
const MAX_FRAME_BYTES = 8 << 20;

const FORMATS: Readonly<Record<VideoCodec, () => PayloadFormat>> = {
  VP8: () => new Vp8Format(),
  VP9: () => new Vp9Format(),
  H264: () => new H264Format(),
};

interface Unfinished extends EncodedFrame {
  pictureId: number | null;
}

/** Turns packets in order into whole frames that the decoder can use. Damaged frames, and frames that need lost ones, are held back until a key frame. */
export class FrameAssembler {
  readonly #format: PayloadFormat;
  readonly #events: FrameEvents;
  #frame: Unfinished | null = null;
  #isBroken = true;
  #hasLoss = false;
  /** Picture id of the last whole frame, to see whether a loss cost a frame. */
  #lastPictureId: number | null = null;

  constructor(codec: VideoCodec, events: FrameEvents) {
    this.#format = FORMATS[codec]();
    this.#events = events;
  }

  push(packet: RtpPacket): void {
    const part = this.#format.parse(packet.payload);
    if (!part) return;
    // The sender sets no markers: the next timestamp ends the frame.
    if (this.#frame && this.#frame.timestamp !== packet.timestamp) this.#finish(true);
    this.#frame ??= this.#start(packet, part);
    this.#add(this.#frame, part);
    if (packet.hasMarker || part.isFrameEnd) this.#finish(packet.hasMarker);
  }

  /** Packets before the next one are lost for good. */
  lose(): void {
    if (this.#frame) this.#isBroken = true;
    this.#frame = null;
    this.#hasLoss = true;
    this.#format.reset();
  }

  /** Packets were ignored for a while: nothing passes until a key frame. */
  restart(): void {
    this.lose();
    this.#isBroken = true;
    this.#lastPictureId = null;
  }

  #start(packet: RtpPacket, part: PayloadPart): Unfinished {
    if (!part.isFrameStart || (this.#hasLoss && !this.#follows(part))) this.#isBroken = true;
    this.#hasLoss = false;
    return { timestamp: packet.timestamp, isKeyFrame: false, chunks: [], byteLength: 0, pictureId: part.pictureId };
  }

  /** Packets were lost, but no frame: padding, or something the codec does not count. */
  #follows({ pictureId, pictureIdBits }: PayloadPart): boolean {
    return pictureId !== null && this.#lastPictureId !== null && pictureId === (this.#lastPictureId + 1) % 2 ** pictureIdBits;
  }

  #add(frame: Unfinished, part: PayloadPart): void {
    // A key frame whose beginning was lost does not count.
    frame.isKeyFrame ||= part.isKeyFrame && (frame.chunks.length === 0 ? part.isFrameStart : true);
    for (const chunk of part.chunks) {
      frame.chunks.push(chunk);
      frame.byteLength += chunk.length;
    }
    if (frame.byteLength > MAX_FRAME_BYTES) this.lose();
  }

  #finish(isPictureEnd: boolean): void {
    const frame = this.#frame;
    this.#frame = null;
    if (!frame) return;
    const chunks = this.#format.finish?.(frame.chunks, frame.isKeyFrame) ?? frame.chunks;
    this.#lastPictureId = isPictureEnd ? frame.pictureId : null;
    if (frame.isKeyFrame) this.#isBroken = false;
    if (this.#isBroken) return this.#events.onKeyFrameNeeded();
    const byteLength = chunks === frame.chunks ? frame.byteLength : chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    this.#events.onFrame({ timestamp: frame.timestamp, isKeyFrame: frame.isKeyFrame, chunks, byteLength });
  }
}
