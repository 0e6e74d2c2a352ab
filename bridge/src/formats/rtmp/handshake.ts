import { randomBytes } from 'node:crypto';
import { FormatError } from '../FormatError.js';

/** Simple handshake, RTMP 1.0 5.2. */
export const HANDSHAKE_BYTES = 1536;
const VERSION = 3;
/** S0 + S1 + S2 */
export const SERVER_HANDSHAKE_BYTES = 1 + 2 * HANDSHAKE_BYTES;

/** C0 + C1: time 0, zero, random. */
export function clientHello(): Buffer {
  return Buffer.concat([Buffer.from([VERSION]), Buffer.alloc(8), randomBytes(HANDSHAKE_BYTES - 8)]);
}

/** C2 for the server's S0 + S1: its S1, echoed. */
export function clientAnswer(serverHello: Buffer): Buffer {
  if (serverHello.length < 1 + HANDSHAKE_BYTES) throw new FormatError('RTMP handshake is cut off');
  if (serverHello.readUInt8(0) !== VERSION) throw new FormatError('the peer does not speak RTMP');
  return Buffer.from(serverHello.subarray(1, 1 + HANDSHAKE_BYTES));
}
