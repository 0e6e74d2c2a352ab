/** A complete PES of an elementary stream with its times as sent: 90 kHz, 33 bits. */
export interface Pes {
  pts90k: number | null;
  dts90k: number | null;
  payload: Buffer;
}

/** The most a tag can carry. */
const MAX_PES_BYTES = 15 * 1024 * 1024;
const HEADER_BYTES = 6;
const OPTIONAL_HEADER_BYTES = 3;
/** Streams with an optional header, unlike padding, program maps and the like (2.4.3.7). */
const PLAIN_STREAM_IDS = new Set([0xbc, 0xbe, 0xbf, 0xf0, 0xf1, 0xf2, 0xf8, 0xff]);

/** Joins the PES of one packet identifier and drops those that lost a packet in the middle. */
export class PesReader {
  readonly #onPes: (pes: Pes) => void;
  #parts: Buffer[] = [];
  #bytes = 0;
  /** Length of the PES being joined; 0: unknown, it ends where the next one starts. */
  #expected = 0;
  #isOpen = false;
  #counter: number | null = null;

  constructor(onPes: (pes: Pes) => void) {
    this.#onPes = onPes;
  }

  push(payload: Buffer, { isStart, counter, isNewCount }: { isStart: boolean; counter: number; isNewCount: boolean }): void {
    const last = this.#counter;
    if (counter === last && !isNewCount) return; // sent twice, which is allowed
    this.#counter = counter;
    if (last !== null && counter !== ((last + 1) & 15) && !isNewCount) this.#drop();
    if (isStart) this.#start(payload);
    else if (this.#isOpen) this.#add(payload);
  }

  /** Completes a PES that has no length of its own. */
  flush(): void {
    if (this.#isOpen && this.#expected === 0) this.#finish();
    this.#drop();
  }

  #start(payload: Buffer): void {
    this.flush();
    if (payload.length < HEADER_BYTES || payload.readUIntBE(0, 3) !== 1) return;
    const length = payload.readUInt16BE(4);
    this.#expected = length === 0 ? 0 : HEADER_BYTES + length;
    this.#isOpen = true;
    this.#add(payload);
  }

  #add(payload: Buffer): void {
    this.#parts.push(payload);
    this.#bytes += payload.length;
    if (this.#bytes > MAX_PES_BYTES) this.#drop();
    else if (this.#expected > 0 && this.#bytes >= this.#expected) this.#finish();
  }

  #finish(): void {
    const whole = this.#parts.length === 1 && this.#parts[0] ? this.#parts[0] : Buffer.concat(this.#parts);
    const pes = parsePes(this.#expected > 0 ? whole.subarray(0, this.#expected) : whole);
    this.#drop();
    if (pes) this.#onPes(pes);
  }

  #drop(): void {
    this.#parts = [];
    this.#bytes = 0;
    this.#isOpen = false;
  }
}

function parsePes(whole: Buffer): Pes | null {
  if (whole.length < HEADER_BYTES + OPTIONAL_HEADER_BYTES || PLAIN_STREAM_IDS.has(whole.readUInt8(3))) return null;
  const flags = whole.readUInt8(7) >> 6;
  const payloadAt = HEADER_BYTES + OPTIONAL_HEADER_BYTES + whole.readUInt8(8);
  const timesBytes = flags === 3 ? 10 : flags === 2 ? 5 : 0;
  if (payloadAt > whole.length || timesBytes > whole.readUInt8(8)) return null;
  const pts90k = timesBytes ? readTime(whole, 9) : null;
  return { pts90k, dts90k: flags === 3 ? readTime(whole, 14) : pts90k, payload: whole.subarray(payloadAt) };
}

/** 33 bits with marker bits in between. */
function readTime(bytes: Buffer, at: number): number {
  const high = (bytes.readUInt8(at) >> 1) & 7;
  return high * 2 ** 30 + (bytes.readUInt16BE(at + 1) >> 1) * 2 ** 15 + (bytes.readUInt16BE(at + 3) >> 1);
}
