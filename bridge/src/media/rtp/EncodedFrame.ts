/** One encoded frame as the decoder takes it. */
export interface EncodedFrame {
  /** RTP timestamp as sent: 32 bits at 90 kHz. */
  timestamp: number;
  isKeyFrame: boolean;
  /** Written one after another. Views into datagrams. */
  chunks: Uint8Array[];
  byteLength: number;
}

/** The content of one packet, as its payload format sees it. */
export interface PayloadPart {
  chunks: Uint8Array[];
  /** Begins a frame, so nothing of this frame was lost before it. */
  isFrameStart: boolean;
  /** Ends a frame although more of the same picture follows (VP9 spatial layers). */
  isFrameEnd: boolean;
  /** Together with the other parts, this makes a frame that needs no other frame. */
  isKeyFrame: boolean;
  /** The format's frame counter without gaps, if it has one. */
  pictureId: number | null;
  pictureIdBits: 7 | 15;
}

/** How a codec is carried in RTP. Takes payloads in order and keeps what later frames need (parameter sets). */
export interface PayloadFormat {
  /** Returns null if the payload is invalid or holds nothing for the decoder. */
  parse(payload: Uint8Array): PayloadPart | null;
  /** Completes a frame before it goes to the decoder. */
  finish?(chunks: Uint8Array[], isKeyFrame: boolean): Uint8Array[];
  /** Packets were lost, so fragments in progress are void. */
  reset(): void;
}
