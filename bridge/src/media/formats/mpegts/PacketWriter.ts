import { SYNC, TS_PACKET_BYTES } from './psi.js';

const HEADER_BYTES = 4;
const PAYLOAD_BYTES = TS_PACKET_BYTES - HEADER_BYTES;
const PCR_BYTES = 6;

export interface UnitOptions {
  pid: number;
  /** Random access point. */
  isKeyFrame?: boolean;
  /** Clock sent with the first packet, 90 kHz, below 2^33. */
  pcr90k?: number | null;
}

/** Cuts units (PES, sections) into packets with their counters, and stuffs the last packet. */
export class PacketWriter {
  readonly #counters = new Map<number, number>();

  /** Writes a section, which must fit into one packet. */
  section(pid: number, section: Buffer): Buffer {
    const packet = Buffer.alloc(TS_PACKET_BYTES, 0xff);
    this.#writeHeader(packet, { pid, isStart: true, hasAdaptation: false });
    packet.writeUInt8(0, HEADER_BYTES); // pointer: the section starts here
    section.copy(packet, HEADER_BYTES + 1);
    return packet;
  }

  unit(unit: Buffer, { pid, isKeyFrame = false, pcr90k = null }: UnitOptions): Buffer {
    // Flags and clock of the adaptation field, without its length byte.
    const flags = pcr90k === null && !isKeyFrame ? 0 : 1 + (pcr90k === null ? 0 : PCR_BYTES);
    const firstRoom = PAYLOAD_BYTES - (flags ? 1 + flags : 0);
    const packets = 1 + Math.max(0, Math.ceil((unit.length - firstRoom) / PAYLOAD_BYTES));
    const out = Buffer.allocUnsafe(packets * TS_PACKET_BYTES);
    let at = 0;
    for (let index = 0; index < packets; index++) {
      const packet = out.subarray(index * TS_PACKET_BYTES, (index + 1) * TS_PACKET_BYTES);
      const isStart = index === 0;
      const room = isStart ? firstRoom : PAYLOAD_BYTES;
      const bytes = Math.min(room, unit.length - at);
      this.#writeHeader(packet, { pid, isStart, hasAdaptation: bytes < PAYLOAD_BYTES });
      if (bytes < PAYLOAD_BYTES) writeAdaptation(packet, PAYLOAD_BYTES - bytes, isStart ? { isKeyFrame, pcr90k } : null);
      unit.copy(packet, TS_PACKET_BYTES - bytes, at, at + bytes);
      at += bytes;
    }
    return out;
  }

  #writeHeader(packet: Buffer, { pid, isStart, hasAdaptation }: { pid: number; isStart: boolean; hasAdaptation: boolean }): void {
    const counter = this.#counters.get(pid) ?? 0;
    this.#counters.set(pid, (counter + 1) & 15);
    packet.writeUInt8(SYNC, 0);
    packet.writeUInt16BE((isStart ? 0x4000 : 0) | pid, 1);
    packet.writeUInt8((hasAdaptation ? 0x30 : 0x10) | counter, 3);
  }
}

/** `bytes` is the whole field including its length byte; the unused rest is stuffing. */
function writeAdaptation(packet: Buffer, bytes: number, first: { isKeyFrame: boolean; pcr90k: number | null } | null): void {
  packet.writeUInt8(bytes - 1, HEADER_BYTES);
  if (bytes === 1) return;
  packet.fill(0xff, HEADER_BYTES + 1, HEADER_BYTES + bytes);
  const pcr90k = first?.pcr90k ?? null;
  packet.writeUInt8((first?.isKeyFrame ? 0x40 : 0) | (pcr90k === null ? 0 : 0x10), HEADER_BYTES + 1);
  if (pcr90k === null) return;
  packet.writeUInt32BE(Math.floor(pcr90k / 2) >>> 0, HEADER_BYTES + 2);
  packet.writeUInt16BE(((pcr90k % 2) << 15) | 0x7e00, HEADER_BYTES + 6);
}
