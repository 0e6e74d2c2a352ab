import { createHmac, randomBytes } from 'node:crypto';

const MINUTE_US = 60_000_000;

/** Proves that a caller receives at the address it sends from, without keeping any state about it. */
export class Cookies {
  readonly #secret = randomBytes(32);

  make(caller: string, nowUs: number): number {
    return this.#of(caller, Math.floor(nowUs / MINUTE_US));
  }

  /** Issued in this minute or the last one. */
  isValid(cookie: number, caller: string, nowUs: number): boolean {
    const minute = Math.floor(nowUs / MINUTE_US);
    return cookie === this.#of(caller, minute) || cookie === this.#of(caller, minute - 1);
  }

  #of(caller: string, minute: number): number {
    return createHmac('sha256', this.#secret).update(`${caller}|${minute}`).digest().readUInt32BE(0);
  }
}
