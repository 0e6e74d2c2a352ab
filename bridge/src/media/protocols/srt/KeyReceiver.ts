import { createHash } from 'node:crypto';
import { readKeyMessage, type KeyRing } from './keyMaterial.js';

const MAX_MESSAGE_BYTES = 104;
/** At most one attempt to install a key per interval; others are ignored. */
const MIN_GAP_US = 200_000;
const MAX_REMEMBERED = 64;

/** The receiving side of a key refresh: decides which messages are accepted and which are an attack. */
export class KeyReceiver {
  readonly #ring: KeyRing;
  /** Messages that were in force once, so that nobody who recorded them can bring old keys back. */
  readonly #seen = new Set<string>();
  #current: string | null;
  #triedUs = -Infinity;
  refreshes = 0;

  constructor(ring: KeyRing, handshakeMessage: Buffer) {
    this.#ring = ring;
    this.#current = fingerprint(handshakeMessage);
    this.#seen.add(this.#current);
  }

  /** Returns the reply, or null for silence. */
  receive(message: Buffer, nowUs: number): Buffer | null {
    if (message.length > MAX_MESSAGE_BYTES) return null;
    const print = fingerprint(message);
    if (print === this.#current) return message; // our reply was lost
    if (this.#seen.has(print) || nowUs - this.#triedUs < MIN_GAP_US) return null;
    this.#triedUs = nowUs;
    const parsed = readKeyMessage(message);
    if (!parsed || !this.#ring.install(parsed)) return null;
    this.#current = print;
    this.#remember(print);
    this.refreshes++;
    return message;
  }

  #remember(print: string): void {
    this.#seen.add(print);
    for (const oldest of this.#seen) {
      if (this.#seen.size <= MAX_REMEMBERED) return;
      this.#seen.delete(oldest);
    }
  }
}

const fingerprint = (message: Buffer) => createHash('sha256').update(message).digest('base64');
