/** Program tables (ISO/IEC 13818-1 2.4.4): the streams and their packet identifiers. */

export const TS_PACKET_BYTES = 188;
export const SYNC = 0x47;
export const PAT_PID = 0;

/** ISO/IEC 13818-1 table 2-34 and registrations. */
export const STREAM_TYPE = { mpeg1Audio: 3, mpeg2Audio: 4, private: 6, adts: 0x0f, latm: 0x11, h264: 0x1b, hevc: 0x24 } as const;

export interface ElementaryStream {
  pid: number;
  streamType: number;
  /** The four letters of the registration descriptor; empty if there is none. */
  registration: string;
  /** From an Opus extension descriptor; 0: not given. */
  opusChannels: number;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let crc = index << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc >>> 0;
});

/** MPEG-2 CRC (annex A): over a section including its CRC it is 0. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = ((crc << 8) ^ (CRC_TABLE[(crc >>> 24) ^ byte] ?? 0)) >>> 0;
  return crc;
}

const SECTION_HEADER_BYTES = 3;
const MAX_SECTION_BYTES = 1024;

/** Joins the sections of one packet identifier, however packets split them. */
export class SectionReader {
  #pending: Buffer | null = null;

  /** Returns the sections that are now complete and have a valid CRC. */
  push(payload: Buffer, isStart: boolean): Buffer[] {
    const sections: Buffer[] = [];
    let rest = payload;
    if (isStart) {
      const pointer = payload[0] ?? 0;
      this.#append(payload.subarray(1, 1 + pointer), sections);
      this.#pending = null;
      rest = payload.subarray(1 + pointer);
      this.#pending = Buffer.alloc(0);
    }
    this.#append(rest, sections);
    return sections;
  }

  #append(bytes: Buffer, sections: Buffer[]): void {
    if (this.#pending === null) return;
    let all = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    while (all.length >= SECTION_HEADER_BYTES && all[0] !== 0xff) {
      const length = SECTION_HEADER_BYTES + (all.readUInt16BE(1) & 0x0fff);
      if (length > MAX_SECTION_BYTES) {
        this.#pending = null;
        return;
      }
      if (all.length < length) break;
      const section = all.subarray(0, length);
      if (length >= 12 && crc32(section) === 0) sections.push(section);
      all = all.subarray(length);
    }
    this.#pending = all[0] === 0xff ? null : all;
  }
}

/** Returns the packet identifier of the first program's map; null unless this is a program table in force. */
export function parsePat(section: Buffer): number | null {
  if (section[0] !== 0 || !isCurrent(section)) return null;
  for (let at = 8; at + 4 <= section.length - 4; at += 4) if (section.readUInt16BE(at) !== 0) return section.readUInt16BE(at + 2) & 0x1fff;
  return null;
}

/** Returns null unless this is a map in force. */
export function parsePmt(section: Buffer): ElementaryStream[] | null {
  if (section[0] !== 2 || !isCurrent(section)) return null;
  const end = section.length - 4;
  const streams: ElementaryStream[] = [];
  for (let at = 12 + (section.readUInt16BE(10) & 0x0fff); at + 5 <= end;) {
    const [streamType, pid] = [section.readUInt8(at), section.readUInt16BE(at + 1) & 0x1fff];
    const infoEnd = Math.min(end, at + 5 + (section.readUInt16BE(at + 3) & 0x0fff));
    streams.push({ streamType, pid, ...readDescriptors(section.subarray(at + 5, infoEnd)) });
    at = infoEnd;
  }
  return streams;
}

const isCurrent = (section: Buffer) => section.length >= 16 && (section.readUInt8(5) & 1) === 1;

const REGISTRATION = 5;
const EXTENSION = 0x7f;
const OPUS_EXTENSION = 0x80;

function readDescriptors(bytes: Buffer): Pick<ElementaryStream, 'registration' | 'opusChannels'> {
  let registration = '';
  let opusChannels = 0;
  for (let at = 0; at + 2 <= bytes.length;) {
    const [tag, length] = [bytes.readUInt8(at), bytes.readUInt8(at + 1)];
    const body = bytes.subarray(at + 2, at + 2 + length);
    if (tag === REGISTRATION) registration = body.toString('latin1', 0, 4);
    if (tag === EXTENSION && body[0] === OPUS_EXTENSION) opusChannels = body[1] ?? 0;
    at += 2 + length;
  }
  return { registration, opusChannels };
}

const PROGRAM = 1;

/** One program, whose map is on `pmtPid`. */
export function buildPat(pmtPid: number): Buffer {
  return section(0, PROGRAM, 0, Buffer.from([0, PROGRAM, 0xe0 | (pmtPid >> 8), pmtPid & 0xff]));
}

export function buildPmt(options: { version: number; pcrPid: number; streams: readonly ElementaryStream[] }): Buffer {
  const { version, pcrPid, streams } = options;
  const parts = streams.map(({ streamType, pid, registration, opusChannels }) => {
    const registered = registration
      ? Buffer.concat([Buffer.from([REGISTRATION, 4]), Buffer.from(registration, 'latin1')])
      : Buffer.alloc(0);
    const opus = opusChannels ? Buffer.from([EXTENSION, 2, OPUS_EXTENSION, opusChannels]) : Buffer.alloc(0);
    const infoBytes = registered.length + opus.length;
    return Buffer.concat([Buffer.from([streamType, 0xe0 | (pid >> 8), pid & 0xff, 0xf0, infoBytes]), registered, opus]);
  });
  return section(2, PROGRAM, version, Buffer.concat([Buffer.from([0xe0 | (pcrPid >> 8), pcrPid & 0xff, 0xf0, 0]), ...parts]));
}

function section(tableId: number, id: number, version: number, body: Buffer): Buffer {
  const length = 5 + body.length + 4;
  const head = Buffer.from([tableId, 0xb0 | (length >> 8), length & 0xff, id >> 8, id & 0xff, 0xc1 | ((version & 31) << 1), 0, 0]);
  const whole = Buffer.concat([head, body, Buffer.alloc(4)]);
  whole.writeUInt32BE(crc32(whole.subarray(0, -4)), whole.length - 4);
  return whole;
}
