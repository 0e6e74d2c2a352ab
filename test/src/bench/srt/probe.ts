import { spread99 } from './figures.js';

/** TS packets that carry their number and the time at which they were made. */
export const PACKET_BYTES = 188;
const PACKETS_A_DATAGRAM = 7;
const MARK = 0x4c69616e;

export function makeDatagram(index: number, atMs: number): Buffer {
  const datagram = Buffer.alloc(PACKETS_A_DATAGRAM * PACKET_BYTES, 0xff);
  for (let slot = 0; slot < PACKETS_A_DATAGRAM; slot++) {
    const at = slot * PACKET_BYTES;
    const count = index * PACKETS_A_DATAGRAM + slot;
    datagram.set([0x47, 0x01, 0x00, 0x10 | (count & 15)], at);
    datagram.writeUInt32BE(MARK, at + 4);
    datagram.writeUInt32BE(count, at + 8);
    datagram.writeDoubleBE(atMs, at + 12);
  }
  return datagram;
}

/** Counts what arrives at the other end. */
export class Probe {
  readonly #latenciesMs: number[] = [];
  readonly #from: number;
  readonly #seen = new Set<number>();
  #rest: Buffer = Buffer.alloc(0);
  #disorder = 0;
  #last = -1;

  /** Packets before this number belong to the start and are not measured. */
  constructor(from: number) {
    this.#from = from;
  }

  push(chunk: Buffer): void {
    const nowMs = performance.now();
    let bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    for (; bytes.length >= PACKET_BYTES; bytes = bytes.subarray(PACKET_BYTES)) {
      if (bytes[0] !== 0x47 || bytes.readUInt32BE(4) !== MARK) throw new Error('the output is not what was sent');
      this.#take(bytes.readUInt32BE(8), nowMs - bytes.readDoubleBE(12));
    }
    this.#rest = bytes;
  }

  result(until: number): { missing: number; sent: number; outOfOrder: number; p50Ms: number; p99Ms: number } {
    let missing = 0;
    for (let count = this.#from; count < until; count++) if (!this.#seen.has(count)) missing++;
    return { missing, sent: until - this.#from, outOfOrder: this.#disorder, ...spread99(this.#latenciesMs) };
  }

  #take(count: number, latencyMs: number): void {
    if (count <= this.#last) this.#disorder++;
    this.#last = count;
    if (count < this.#from) return;
    this.#seen.add(count);
    this.#latenciesMs.push(latencyMs);
  }
}

export const packetsOf = (datagrams: number) => datagrams * PACKETS_A_DATAGRAM;
