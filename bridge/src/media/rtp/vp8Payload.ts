import type { PayloadFormat, PayloadPart } from './EncodedFrame.js';

interface Descriptor {
  bytes: number;
  isPartitionStart: boolean;
  partition: number;
  pictureId: number | null;
  pictureIdBits: 7 | 15;
}

/** VP8 in RTP (RFC 7741). */
export class Vp8Format implements PayloadFormat {
  parse(payload: Uint8Array): PayloadPart | null {
    const descriptor = parseDescriptor(payload);
    const header = payload[descriptor.bytes];
    if (header === undefined) return null;
    const isFrameStart = descriptor.isPartitionStart && descriptor.partition === 0;
    return {
      chunks: [payload.subarray(descriptor.bytes)],
      isFrameStart,
      isFrameEnd: false,
      // 4.3: the lowest bit of the first octet is 0 in key frames.
      isKeyFrame: isFrameStart && (header & 1) === 0,
      pictureId: descriptor.pictureId,
      pictureIdBits: descriptor.pictureIdBits,
    };
  }

  reset(): void {
    // Nothing is kept between packets.
  }
}

/** 4.2: X R N S R PID, then I L T K, then the fields they announce. */
function parseDescriptor(payload: Uint8Array): Descriptor {
  const first = payload[0] ?? 0;
  const descriptor: Descriptor = {
    bytes: 1,
    isPartitionStart: (first & 0x10) !== 0,
    partition: first & 0x07,
    pictureId: null,
    pictureIdBits: 7,
  };
  if ((first & 0x80) === 0) return descriptor;
  const extension = payload[descriptor.bytes++] ?? 0;
  if ((extension & 0x80) !== 0) {
    const id = payload[descriptor.bytes++] ?? 0;
    descriptor.pictureId = id & 0x7f;
    if ((id & 0x80) !== 0) {
      descriptor.pictureId = (descriptor.pictureId << 8) | (payload[descriptor.bytes++] ?? 0);
      descriptor.pictureIdBits = 15;
    }
  }
  if ((extension & 0x40) !== 0) descriptor.bytes++;
  if ((extension & 0x30) !== 0) descriptor.bytes++;
  return descriptor;
}
