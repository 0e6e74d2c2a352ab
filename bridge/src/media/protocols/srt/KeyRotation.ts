import type { KeyRing } from './keyMaterial.js';
import type { KeySlot } from './packet.js';

export interface RotationOptions {
  /** Packets encrypted with one key. Default 2^25. */
  refreshPackets: number;
  /** How many packets in advance the next key is announced. Default 4000. */
  announcePackets: number;
}
export const DEFAULT_ROTATION: RotationOptions = { refreshPackets: 2 ** 25, announcePackets: 4000 };

const REPEAT_US = 100_000;
const other = (slot: KeySlot): KeySlot => (slot === 'even' ? 'odd' : 'even');

/** The sending side's keys: which one is in use, when the next is announced, and when it takes over: once the peer has confirmed it. */
export class KeyRotation {
  readonly #ring: KeyRing;
  readonly #options: RotationOptions;
  readonly #announce: (message: Buffer) => void;
  #slot: KeySlot;
  #packets = 0;
  #message: Buffer | null = null;
  #isConfirmed = false;
  #announcedUs = -Infinity;
  refreshes = 0;

  constructor(ring: KeyRing, options: RotationOptions, announce: (message: Buffer) => void) {
    this.#ring = ring;
    this.#options = options;
    this.#announce = announce;
    this.#slot = ring.has('even') ? 'even' : 'odd';
  }

  encrypt(seq: number, payload: Buffer): { key: KeySlot; payload: Buffer } | null {
    const { refreshPackets, announcePackets } = this.#options;
    this.#packets++;
    if (!this.#message && this.#packets > refreshPackets - announcePackets) this.#prepare();
    if (this.#packets > refreshPackets && this.#isConfirmed) this.#switch();
    const encrypted = this.#ring.crypt(this.#slot, seq, payload);
    return encrypted && { key: this.#slot, payload: encrypted };
  }

  tick(nowUs: number): void {
    if (!this.#message || this.#isConfirmed || nowUs - this.#announcedUs < REPEAT_US) return;
    this.#announcedUs = nowUs;
    this.#announce(this.#message);
  }

  /** The peer's reply: the same bytes mean yes. */
  confirm(answer: Buffer): void {
    if (this.#message?.equals(answer)) this.#isConfirmed = true;
  }

  #prepare(): void {
    this.#ring.renew(other(this.#slot));
    this.#message = this.#ring.message(['even', 'odd']);
    this.#isConfirmed = false;
    this.#announcedUs = -Infinity;
  }

  #switch(): void {
    this.#slot = other(this.#slot);
    this.#packets = 0;
    this.#message = null;
    this.refreshes++;
  }
}
