import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { FormatError } from '../../formats/index.js';

/** The simple handshake (RTMP 1.0 5.2), and the one with digests from Flash Player 9, which some encoders still require. */
export const HANDSHAKE_BYTES = 1536;
const VERSION = 3;
/** C0 + C1 */
export const CLIENT_HELLO_BYTES = 1 + HANDSHAKE_BYTES;
/** S0 + S1 + S2 */
export const SERVER_HANDSHAKE_BYTES = 1 + 2 * HANDSHAKE_BYTES;

const DIGEST_BYTES = 32;
/** Offset of the four bytes that locate the digest, and the digest's earliest position: in the first or the second half. */
const SCHEMAS = [
  { offsetAt: 8, digestFrom: 12 },
  { offsetAt: 772, digestFrom: 776 },
] as const;
type Schema = (typeof SCHEMAS)[number];
/** The rest of a half, without the offset and the digest itself. */
const DIGEST_PLACES = 728;

const CRUD = Buffer.from('f0eec24a8068bee82e00d0d1029e7e576eec5d2d29806fab93b8e636cfeb31ae', 'hex');
const PLAYER_KEY = Buffer.from('Genuine Adobe Flash Player 001');
const SERVER_KEY = Buffer.from('Genuine Adobe Flash Media Server 001');
/** The version of a server that answers digests. */
const SERVER_VERSION = Buffer.from([4, 5, 0, 1]);

/** C0 + C1: time 0, zero, random. */
export function clientHello(): Buffer {
  return Buffer.concat([Buffer.from([VERSION]), Buffer.alloc(8), randomBytes(HANDSHAKE_BYTES - 8)]);
}

/** C2 for the server's S0 + S1: echoes its S1. */
export function clientAnswer(serverHello: Buffer): Buffer {
  if (serverHello.length < 1 + HANDSHAKE_BYTES) throw new FormatError('RTMP handshake is cut off');
  if (serverHello.readUInt8(0) !== VERSION) throw new FormatError('the peer does not speak RTMP');
  return Buffer.from(serverHello.subarray(1, 1 + HANDSHAKE_BYTES));
}

/** S0 + S1 + S2 for a client's C0 + C1: with digests if the client sent one, otherwise its C1 echoed. Throws FormatError if it is not (plain) RTMP. */
export function serverAnswer(hello: Buffer): Buffer {
  if (hello.length < CLIENT_HELLO_BYTES) throw new FormatError('RTMP handshake is cut off');
  if (hello.readUInt8(0) !== VERSION) throw new FormatError('the peer does not speak RTMP');
  const clientBytes = hello.subarray(1, CLIENT_HELLO_BYTES);
  const schema = SCHEMAS.find((each) => hasDigest(clientBytes, each));
  const own = Buffer.concat([Buffer.alloc(4), schema ? SERVER_VERSION : Buffer.alloc(4), randomBytes(HANDSHAKE_BYTES - 8)]);
  if (!schema) return Buffer.concat([Buffer.from([VERSION]), own, clientBytes]);
  digestOf(own, schema, SERVER_KEY).copy(own, digestAt(own, schema));
  const clientDigest = clientBytes.subarray(digestAt(clientBytes, schema)).subarray(0, DIGEST_BYTES);
  return Buffer.concat([Buffer.from([VERSION]), own, signature(clientDigest)]);
}

function digestAt(bytes: Buffer, { offsetAt, digestFrom }: Schema): number {
  let sum = 0;
  for (const byte of bytes.subarray(offsetAt, offsetAt + 4)) sum += byte;
  return digestFrom + (sum % DIGEST_PLACES);
}

const hmac = (key: Buffer, ...parts: Buffer[]) => {
  const mac = createHmac('sha256', key);
  for (const part of parts) mac.update(part);
  return mac.digest();
};

/** Over everything except the digest's own place. */
function digestOf(bytes: Buffer, schema: Schema, key: Buffer): Buffer {
  const at = digestAt(bytes, schema);
  return hmac(key, bytes.subarray(0, at), bytes.subarray(at + DIGEST_BYTES));
}

function hasDigest(bytes: Buffer, schema: Schema): boolean {
  const at = digestAt(bytes, schema);
  return timingSafeEqual(digestOf(bytes, schema, PLAYER_KEY), bytes.subarray(at, at + DIGEST_BYTES));
}

/** S2: random bytes, signed with a key derived from the client's digest. */
function signature(clientDigest: Buffer): Buffer {
  const random = randomBytes(HANDSHAKE_BYTES - DIGEST_BYTES);
  return Buffer.concat([random, hmac(hmac(Buffer.concat([SERVER_KEY, CRUD]), clientDigest), random)]);
}
