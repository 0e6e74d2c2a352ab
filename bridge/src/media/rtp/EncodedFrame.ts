/** One picture as the decoder takes it. */
export interface EncodedFrame {
  /** RTP time stamp as sent: 32 bits at 90 kHz. */
  timestamp: number;
  isKeyFrame: boolean;
  /** In order; written one after the other. Views into datagrams. */
  chunks: Uint8Array[];
  byteLength: number;
}

/** What a payload format sees in one packet. */
export interface PayloadPart {
  chunks: Uint8Array[];
  /** Begins a frame, so that nothing of this frame was lost before it. */
  isFrameStart: boolean;
  /** Ends a frame although more of the same picture follows (VP9 spatial layers). */
  isFrameEnd: boolean;
  /** With the other parts this makes a frame that needs no other frame. */
  isKeyFrame: boolean;
  /** Counter of frames, if the format has one; continuous. */
  pictureId: number | null;
  pictureIdBits: 7 | 15;
}

/** How a codec is carried in RTP: takes payloads in order; keeps what later frames need (parameter sets). */
export interface PayloadFormat {
  /** null: nothing for the decoder in it, or not valid. */
  parse(payload: Uint8Array): PayloadPart | null;
  /** Completes a frame before it goes to the decoder. */
  finish?(chunks: Uint8Array[], isKeyFrame: boolean): Uint8Array[];
  /** Packets were lost: fragments in progress are void. */
  reset(): void;
}
