import type { PayloadFormat, PayloadPart } from './EncodedFrame.js';
import { u16 } from './rtpPacket.js';

const TYPE_MASK = 0x1f;
const IDR = 5;
const SEI = 6;
const SPS = 7;
const PPS = 8;
const DELIMITER = 9;
const STAP_A = 24;
const FU_A = 28;
const START_CODE = Uint8Array.of(0, 0, 0, 1);
const EMPTY_PART: Readonly<PayloadPart> = {
  chunks: [],
  isFrameStart: false,
  isFrameEnd: false,
  isKeyFrame: false,
  pictureId: null,
  pictureIdBits: 7,
};

/** H.264 in RTP (RFC 6184, packetisation modes 0 and 1): takes single units, STAP-A and FU-A, returns Annex B. */
export class H264Format implements PayloadFormat {
  /** The newest parameter sets, inserted before each IDR picture that comes without them. */
  #sps: Uint8Array | null = null;
  #pps: Uint8Array | null = null;
  #hasFrameSps = false;
  #isInFragment = false;

  parse(payload: Uint8Array): PayloadPart | null {
    const type = (payload[0] ?? 0) & TYPE_MASK;
    if (type >= 1 && type < STAP_A) return this.#part([payload]);
    if (type === STAP_A) return this.#part(splitAggregate(payload));
    if (type === FU_A) return this.#parseFragment(payload);
    return null;
  }

  finish(chunks: Uint8Array[], isKeyFrame: boolean): Uint8Array[] {
    const hasSps = this.#hasFrameSps;
    this.#hasFrameSps = false;
    if (!isKeyFrame || hasSps || !this.#sps || !this.#pps) return chunks;
    return [START_CODE, this.#sps, START_CODE, this.#pps, ...chunks];
  }

  reset(): void {
    this.#isInFragment = false;
    this.#hasFrameSps = false;
  }

  /** FU indicator, FU header (S E R type), then a piece of the unit. */
  #parseFragment(payload: Uint8Array): PayloadPart | null {
    const header = payload[1] ?? 0;
    const isStart = (header & 0x80) !== 0;
    if (payload.length < 3 || (!isStart && !this.#isInFragment)) return null;
    this.#isInFragment = (header & 0x40) === 0;
    const piece = payload.subarray(2);
    if (!isStart) return { ...EMPTY_PART, chunks: [piece] };
    const unitHeader = ((payload[0] ?? 0) & 0xe0) | (header & TYPE_MASK);
    // Header and first byte are enough to classify the unit.
    const part = this.#part([Uint8Array.of(unitHeader, piece[0] ?? 0)]);
    return { ...part, chunks: [START_CODE, Uint8Array.of(unitHeader), piece] };
  }

  #part(units: Uint8Array[]): PayloadPart {
    const part: PayloadPart = { ...EMPTY_PART, chunks: [] };
    for (const unit of units) {
      this.#keepParameters(unit);
      part.isFrameStart ||= canStartFrame(unit);
      part.isKeyFrame ||= typeOf(unit) === IDR && this.#sps !== null && this.#pps !== null;
      part.chunks.push(START_CODE, unit);
    }
    return part;
  }

  /** Copies, because views would keep whole datagrams alive as long as the stream lives. */
  #keepParameters(unit: Uint8Array): void {
    if (typeOf(unit) === PPS) this.#pps = unit.slice();
    if (typeOf(unit) !== SPS) return;
    this.#sps = unit.slice();
    this.#hasFrameSps = true;
  }
}

const typeOf = (unit: Uint8Array) => (unit[0] ?? 0) & TYPE_MASK;

/** Anything before the slices, or a slice with first_mb_in_slice = 0, which Exp-Golomb writes as a single 1. */
function canStartFrame(unit: Uint8Array): boolean {
  const type = typeOf(unit);
  return type === 1 || type === IDR ? ((unit[1] ?? 0) & 0x80) !== 0 : type >= SEI && type <= DELIMITER;
}

function splitAggregate(payload: Uint8Array): Uint8Array[] {
  const units: Uint8Array[] = [];
  for (let at = 1; at + 2 < payload.length;) {
    const bytes = u16(payload, at);
    at += 2;
    if (bytes === 0 || at + bytes > payload.length) break;
    units.push(payload.subarray(at, at + bytes));
    at += bytes;
  }
  return units;
}
