const SAMPLES_PER_MS = 48;
const MAX_FRAMES = 48;
const MAX_SAMPLES = 120 * SAMPLES_PER_MS;

/** The most libopus takes per packet here; nobody sends larger ones. */
const MAX_PACKET_BYTES = 4000;

/**
 * Samples per channel at 48 kHz in an Opus packet; null if it is invalid (RFC 6716 3.1-3.4). Checked before decoding, because the decoder writes every bad
 * packet to the console and a publisher may send anything.
 */
export function opusSamples(packet: Uint8Array): number | null {
  const toc = packet[0];
  if (toc === undefined || packet.length > MAX_PACKET_BYTES) return null;
  const frames = countFrames(packet, toc & 0x03);
  if (frames === null) return null;
  const samples = frames * frameSamples(toc >> 3);
  return samples > 0 && samples <= MAX_SAMPLES ? samples : null;
}

/** Table 2: SILK 10-60 ms, hybrid 10 and 20 ms, CELT 2.5-20 ms. */
function frameSamples(config: number): number {
  if (config < 12) return Math.min(60, 10 * 2 ** (config & 3)) * SAMPLES_PER_MS;
  if (config < 16) return (config & 1 ? 20 : 10) * SAMPLES_PER_MS;
  return 2.5 * SAMPLES_PER_MS * 2 ** (config & 3);
}

function countFrames(packet: Uint8Array, code: number): number | null {
  if (code === 0) return 1;
  if (code === 1) return packet.length % 2 === 1 ? 2 : null;
  if (code === 2) return isLengthInside(packet, 1) ? 2 : null;
  return countMany(packet);
}

/** Code 2: the first frame is preceded by its length. */
function isLengthInside(packet: Uint8Array, at: number): boolean {
  const size = frameLength(packet, at);
  return size !== null && at + size.bytes + size.length <= packet.length;
}

/** One or two octets (3.2.1). */
function frameLength(packet: Uint8Array, at: number): { length: number; bytes: number } | null {
  const first = packet[at];
  if (first === undefined) return null;
  if (first < 252) return { length: first, bytes: 1 };
  const second = packet[at + 1];
  return second === undefined ? null : { length: first + 4 * second, bytes: 2 };
}

/** Code 3: a count with flags for VBR and padding; the sizes must add up. */
function countMany(packet: Uint8Array): number | null {
  const flags = packet[1];
  const frames = (flags ?? 0) & 0x3f;
  if (flags === undefined || frames === 0 || frames > MAX_FRAMES) return null;
  let at = 2;
  let end = packet.length;
  if ((flags & 0x40) !== 0) {
    let step = 255;
    while (step === 255) {
      step = packet[at++] ?? -1;
      if (step < 0) return null;
      end -= step === 255 ? 254 : step;
    }
  }
  if ((flags & 0x80) === 0) return end >= at && (end - at) % frames === 0 ? frames : null;
  let total = 0;
  for (let frame = 1; frame < frames; frame++) {
    const size = frameLength(packet, at);
    if (!size) return null;
    at += size.bytes;
    total += size.length;
  }
  return at + total <= end ? frames : null;
}
