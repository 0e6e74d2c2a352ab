import type { PayloadFormat, PayloadPart } from './EncodedFrame.js';

/**
 * VP9 in RTP (RFC 9628). Each spatial layer of a picture becomes a frame of its own with the same timestamp: the decoder needs them all, and the last one it
 * outputs is the best.
 */
export class Vp9Format implements PayloadFormat {
  parse(payload: Uint8Array): PayloadPart | null {
    const first = payload[0] ?? 0;
    const isFlexible = (first & 0x10) !== 0;
    const isInter = (first & 0x40) !== 0;
    const id = parsePictureId(payload, first);
    const layers = parseLayers(payload, id.end, first, isFlexible);
    const references = isFlexible && isInter ? skipReferences(payload, layers.end) : layers.end;
    const start = (first & 0x02) !== 0 ? skipScalability(payload, references) : references;
    if (start >= payload.length) return null;
    const isFrameStart = (first & 0x08) !== 0;
    return {
      chunks: [payload.subarray(start)],
      isFrameStart,
      isFrameEnd: (first & 0x04) !== 0,
      isKeyFrame: isFrameStart && !isInter && layers.spatialId === 0 && isKeyFrameHeader(payload[start] ?? 0),
      pictureId: id.pictureId,
      pictureIdBits: id.bits,
    };
  }

  reset(): void {
    // Nothing is kept between packets.
  }
}

/**
 * The frame's own header: marker 2, profile 2 (profile 3 has one more bit), show_existing_frame 1, frame_type 1. "No inter-picture prediction" (P = 0) is not
 * enough: it also holds for intra-only frames, which keep the references, and some senders never set P.
 */
function isKeyFrameHeader(first: number): boolean {
  const bits = (first & 0x30) === 0x30 ? first << 1 : first;
  return first >> 6 === 2 && (bits & 0x0c) === 0;
}

function parsePictureId(payload: Uint8Array, first: number): { pictureId: number | null; bits: 7 | 15; end: number } {
  if ((first & 0x80) === 0) return { pictureId: null, bits: 7, end: 1 };
  const id = payload[1] ?? 0;
  if ((id & 0x80) === 0) return { pictureId: id, bits: 7, end: 2 };
  return { pictureId: ((id & 0x7f) << 8) | (payload[2] ?? 0), bits: 15, end: 3 };
}

/** Layer indices: T U S D, and TL0PICIDX in non-flexible mode. */
function parseLayers(payload: Uint8Array, at: number, first: number, isFlexible: boolean): { spatialId: number; end: number } {
  if ((first & 0x20) === 0) return { spatialId: 0, end: at };
  return { spatialId: ((payload[at] ?? 0) >> 1) & 0x07, end: at + (isFlexible ? 1 : 2) };
}

/** Up to three P_DIFF, each saying whether another one follows. */
function skipReferences(payload: Uint8Array, at: number): number {
  for (let count = 0; count < 3; count++) if (((payload[at++] ?? 0) & 1) === 0) break;
  return at;
}

/** Scalability structure: N_S Y G, layer sizes, picture group. */
function skipScalability(payload: Uint8Array, at: number): number {
  const flags = payload[at++] ?? 0;
  if ((flags & 0x10) !== 0) at += 4 * ((flags >> 5) + 1);
  if ((flags & 0x08) === 0) return at;
  for (let pictures = payload[at++] ?? 0; pictures > 0; pictures--) at += 1 + (((payload[at] ?? 0) >> 2) & 0x03);
  return at;
}
