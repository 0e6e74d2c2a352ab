import { LianmaiError } from '@lianmai/protocol';

/** A response or a request of an RTSP server (RFC 2326 6, 7). Texts are latin1 without control characters. */
export interface RtspMessage {
  /** `RTSP/1.0 200 OK`, or `OPTIONS * RTSP/1.0`. */
  start: string;
  headers: (readonly [name: string, value: string])[];
  body: Buffer;
}

const DOLLAR = 0x24;
const NEWLINE = 0x0a;
const FRAME_HEADER_BYTES = 4;
/** No RTP or RTCP packet is shorter, and FFmpeg reads the content of shorter frames as text. */
const MIN_PACKET_BYTES = 8;
const MAX_HEAD_BYTES = 64 * 1024;
const MAX_BODY_BYTES = 1024 * 1024;
const START = /^(RTSP\/\d\.\d [1-5]\d\d( .*)?|[A-Z_]{3,20} \S+ RTSP\/\d\.\d)$/;

/** Splits what an RTSP server sends into messages and interleaved frames (RFC 2326 10.12). Bytes that are neither are left out, as careless cameras send some. */
export class RtspParser {
  #pending: Buffer = Buffer.alloc(0);

  /** Returns messages, and frames with their headers. Throws DESTINATION_REFUSED when a message exceeds 64 KiB of headers or 1 MiB of content. */
  *push(chunk: Buffer): Generator<RtspMessage | Buffer> {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    while (this.#pending.length > 0) {
      const part = this.#pending[0] === DOLLAR ? this.#takeFrame() : this.#takeMessage();
      if (part === null) return;
      if (part !== 'noise') yield part;
    }
  }

  #takeFrame(): Buffer | 'noise' | null {
    if (this.#pending.length < FRAME_HEADER_BYTES) return null;
    const packetBytes = this.#pending.readUInt16BE(2);
    const frame = this.#take(FRAME_HEADER_BYTES + packetBytes);
    return frame && packetBytes < MIN_PACKET_BYTES ? 'noise' : frame;
  }

  #takeMessage(): RtspMessage | 'noise' | null {
    const start = this.#lineAt(0);
    if (start === null) return null;
    if (!START.test(start.text)) {
      this.#take(start.end);
      return 'noise';
    }
    const headers: RtspMessage['headers'] = [];
    let line = this.#lineAt(start.end);
    for (; line && line.text !== ''; line = this.#lineAt(line.end)) {
      const [, name, value] = /^([A-Za-z][\w-]*)\s*:\s*(.*)$/.exec(line.text) ?? [];
      if (name !== undefined && value !== undefined) headers.push([name, value]);
    }
    return line && this.#takeBody(start.text, headers, line.end);
  }

  #takeBody(start: string, headers: RtspMessage['headers'], headBytes: number): RtspMessage | null {
    const length = Number(headers.find(([name]) => /^content-length$/i.test(name))?.[1] ?? 0);
    if (!Number.isInteger(length) || length < 0 || length > MAX_BODY_BYTES) throw tooLarge();
    const whole = this.#take(headBytes + length);
    return whole && { start, headers, body: whole.subarray(headBytes) };
  }

  /** The line that starts there, without control characters; null when its end has not arrived. */
  #lineAt(offset: number): { text: string; end: number } | null {
    const newlineAt = this.#pending.indexOf(NEWLINE, offset);
    if ((newlineAt < 0 ? this.#pending.length : newlineAt) > MAX_HEAD_BYTES) throw tooLarge();
    if (newlineAt < 0) return null;
    const text = this.#pending.toString('latin1', offset, newlineAt).replace(/[\x00-\x1f\x7f]/g, ''); // eslint-disable-line no-control-regex
    return { text, end: newlineAt + 1 };
  }

  #take(bytes: number): Buffer | null {
    if (this.#pending.length < bytes) return null;
    const taken = this.#pending.subarray(0, bytes);
    this.#pending = this.#pending.subarray(bytes);
    return taken;
  }
}

const tooLarge = () => new LianmaiError('DESTINATION_REFUSED', undefined, { message: 'The source does not speak RTSP correctly.' });
