import { createCipheriv, createDecipheriv, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { KeySlot } from './packet.js';

/** Key material (draft-sharabayko-srt 3.2.2 and 6): AES-CTR, with keys wrapped (RFC 3394) by one derived from the passphrase. */
export type KeyBytes = 16 | 24 | 32;
export const isKeyBytes = (value: number): value is KeyBytes => value === 16 || value === 24 || value === 32;
export const MIN_PASSPHRASE_BYTES = 10;
export const MAX_PASSPHRASE_BYTES = 79;

export interface KeyMessage {
  slots: readonly KeySlot[];
  salt: Buffer;
  keyBytes: KeyBytes;
  wrapped: Buffer;
}

const SIGNATURE = 0x12202900;
const HEAD_BYTES = 16;
const SALT_BYTES = 16;
const WRAP_BYTES = 8;
const CTR = 2;
const TS_OVER_SRT = 2;
const WRAP_IV = Buffer.alloc(8, 0xa6);
const SLOTS: readonly (readonly KeySlot[])[] = [[], ['even'], ['odd'], ['even', 'odd']];

/** Returns null unless every length is exactly what the others say. */
export function readKeyMessage(bytes: Buffer): KeyMessage | null {
  if (bytes.length < HEAD_BYTES + SALT_BYTES + WRAP_BYTES) return null;
  const first = bytes.readUInt32BE(0);
  const slots = SLOTS[first & 3] ?? [];
  const keyBytes = bytes.readUInt8(15) * 4;
  if ((first & ~3) >>> 0 !== SIGNATURE || slots.length === 0 || !isKeyBytes(keyBytes)) return null;
  if (bytes.readUInt32BE(4) !== 0 || bytes.readUInt8(8) !== CTR || bytes.readUInt8(9) !== 0 || bytes.readUInt8(14) * 4 !== SALT_BYTES)
    return null;
  if (bytes.length !== HEAD_BYTES + SALT_BYTES + WRAP_BYTES + slots.length * keyBytes) return null;
  const salt = Buffer.from(bytes.subarray(HEAD_BYTES, HEAD_BYTES + SALT_BYTES));
  return { slots, salt, keyBytes, wrapped: Buffer.from(bytes.subarray(HEAD_BYTES + SALT_BYTES)) };
}

function writeKeyMessage({ slots, salt, keyBytes, wrapped }: KeyMessage): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  const flags = (slots.includes('even') ? 1 : 0) | (slots.includes('odd') ? 2 : 0);
  head.writeUInt32BE((SIGNATURE | flags) >>> 0, 0);
  head.writeUInt8(CTR, 8);
  head.writeUInt8(TS_OVER_SRT, 10);
  head.writeUInt8(SALT_BYTES / 4, 14);
  head.writeUInt8(keyBytes / 4, 15);
  return Buffer.concat([head, salt, wrapped]);
}

const pbkdf2Async = promisify(pbkdf2);
/** Takes about 1.4 ms of a pool thread: call it only after all cheaper checks. */
const deriveWrapKey = (passphrase: string, salt: Buffer, keyBytes: KeyBytes): Promise<Buffer> =>
  pbkdf2Async(passphrase, salt.subarray(8), 2048, keyBytes, 'sha1');

const wrapName = (keyBytes: KeyBytes) => `id-aes${keyBytes * 8}-wrap`;

function unwrap(wrapKey: Buffer, { wrapped, keyBytes }: KeyMessage): Buffer | null {
  try {
    const decipher = createDecipheriv(wrapName(keyBytes), wrapKey, WRAP_IV);
    return Buffer.concat([decipher.update(wrapped), decipher.final()]);
  } catch {
    return null; // the integrity check of the wrap failed: a different passphrase
  }
}

/**
 * The keys of one connection. Both directions start at the same sequence number, so one ring must encrypt in one direction only: the same keystream for two
 * payloads would reveal both.
 */
export class KeyRing {
  readonly salt: Buffer;
  readonly keyBytes: KeyBytes;
  readonly #wrapKey: Buffer;
  readonly #keys: Record<KeySlot, Buffer | null> = { even: null, odd: null };
  readonly #iv = Buffer.alloc(16);

  private constructor(salt: Buffer, keyBytes: KeyBytes, wrapKey: Buffer) {
    this.salt = salt;
    this.keyBytes = keyBytes;
    this.#wrapKey = wrapKey;
  }

  /** For a caller: a new salt, and a new key in the even slot. */
  static async create(passphrase: string, keyBytes: KeyBytes): Promise<KeyRing> {
    const salt = randomBytes(SALT_BYTES);
    const ring = new KeyRing(salt, keyBytes, await deriveWrapKey(passphrase, salt, keyBytes));
    ring.renew('even');
    return ring;
  }

  /** For a listener, from the caller's message. Returns null when the passphrases differ. */
  static async open(passphrase: string, message: KeyMessage): Promise<KeyRing | null> {
    const { salt, keyBytes } = message;
    const ring = new KeyRing(salt, keyBytes, await deriveWrapKey(passphrase, salt, keyBytes));
    return ring.install(message) ? ring : null;
  }

  has(slot: KeySlot): boolean {
    return this.#keys[slot] !== null;
  }

  renew(slot: KeySlot): void {
    this.#keys[slot] = randomBytes(this.keyBytes);
  }

  /** Accepts the peer's keys if they are wrapped with our passphrase and as long as the previous ones; the salt stays that of the handshake. */
  install(message: KeyMessage): boolean {
    if (message.keyBytes !== this.keyBytes || !message.salt.equals(this.salt)) return false;
    const keys = unwrap(this.#wrapKey, message);
    if (!keys) return false;
    message.slots.forEach((slot, index) => (this.#keys[slot] = keys.subarray(index * this.keyBytes, (index + 1) * this.keyBytes)));
    return true;
  }

  /** The message for the peer, who may already know one of the keys. */
  message(slots: readonly KeySlot[]): Buffer {
    const keys = Buffer.concat(slots.map((slot) => this.#keys[slot] ?? randomBytes(this.keyBytes)));
    const cipher = createCipheriv(wrapName(this.keyBytes), this.#wrapKey, WRAP_IV);
    const wrapped = Buffer.concat([cipher.update(keys), cipher.final()]);
    return writeKeyMessage({ slots, salt: this.salt, keyBytes: this.keyBytes, wrapped });
  }

  /** Encrypts or decrypts, which is the same in counter mode. Returns null without that key. */
  crypt(slot: KeySlot, seq: number, payload: Buffer): Buffer | null {
    const key = this.#keys[slot];
    if (!key) return null;
    this.salt.copy(this.#iv, 0, 0, 14);
    this.#iv.writeUInt32BE((this.#iv.readUInt32BE(10) ^ seq) >>> 0, 10);
    this.#iv.writeUInt16BE(0, 14);
    return createCipheriv(`aes-${this.keyBytes * 8}-ctr`, key, this.#iv).update(payload);
  }
}
