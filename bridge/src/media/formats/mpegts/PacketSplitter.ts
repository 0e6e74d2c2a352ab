import { SYNC, TS_PACKET_BYTES } from './psi.js';

/** Cuts bytes, in whatever pieces they come, into packets of 188, and finds the packet boundaries again after a loss. */
export class PacketSplitter {
  #rest = Buffer.alloc(0);
  #isInStep = true;

  /** Packets are views of the chunk where possible. */
  push(chunk: Buffer, onPacket: (packet: Buffer) => void): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    for (;;) {
      if (!this.#isInStep) {
        const found = findStep(bytes, at);
        at = found.at;
        this.#isInStep = found.isSure;
        if (!found.isSure) break;
      }
      if (at + TS_PACKET_BYTES > bytes.length) break;
      this.#isInStep = bytes[at] === SYNC;
      if (!this.#isInStep) continue;
      onPacket(bytes.subarray(at, at + TS_PACKET_BYTES));
      at += TS_PACKET_BYTES;
    }
    // A copy, because the rest of a packet must not keep a large chunk in memory.
    this.#rest = at < bytes.length ? Buffer.from(bytes.subarray(at)) : Buffer.alloc(0);
  }
}

/** Returns where three sync bytes stand 188 apart; unsure while there are too few bytes to tell. */
function findStep(bytes: Buffer, from: number): { at: number; isSure: boolean } {
  for (let at = bytes.indexOf(SYNC, from); at >= 0; at = bytes.indexOf(SYNC, at + 1)) {
    if (at + 2 * TS_PACKET_BYTES >= bytes.length) return { at, isSure: false };
    if (bytes[at + TS_PACKET_BYTES] === SYNC && bytes[at + 2 * TS_PACKET_BYTES] === SYNC) return { at, isSure: true };
  }
  return { at: bytes.length, isSure: false };
}
